// Program 1 of the note: one goroutine writes 40000 bytes, closes, then reads them. "Over 4096 bytes it blocks."
// It finishes where the pipe holds 65536 bytes. With the argument 4096 it hangs and says nothing.
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

func main() {
	reader, writer, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	setCapacity(writer)

	input := make([]byte, 40000)
	for count := range input {
		input[count] = byte(count)
	}
	written, err := writer.Write(input)
	if err != nil {
		fmt.Println("Error:", err)
	}
	fmt.Printf("Written %d byte(s). [file-based pipe]\n", written)
	writer.Close()

	time.Sleep(1e5)

	output := make([]byte, 40000)
	read, err := reader.Read(output)
	if err != nil {
		fmt.Println("Error:", err)
	}
	fmt.Printf("Read %d byte(s). [file-based pipe]\n", read)
	reader.Close()

	for count := range output {
		fmt.Print(count, " ")
	}
	fmt.Println()
}

// setCapacity sets what the pipe holds to the number of bytes given as an argument, if there is one. Fd() would switch
// the pipe to blocking mode; this does not.
func setCapacity(pipe *os.File) {
	if len(os.Args) < 2 {
		return
	}
	capacity, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	conn, err := pipe.SyscallConn()
	if err != nil {
		panic(err)
	}
	const setPipeSize = 1031 // F_SETPIPE_SZ of Linux
	err = conn.Control(func(fd uintptr) {
		if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, setPipeSize, uintptr(capacity)); errno != 0 {
			panic(errno)
		}
	})
	if err != nil {
		panic(err)
	}
}
