// Program 5 of the note, labelled "Error": one goroutine writes 400 bytes, then reads them.
// It ends with "fatal error: all goroutines are asleep - deadlock!" and exit status 2.
package main

import (
	"fmt"
	"io"
	"time"
)

func main() {
	reader, writer := io.Pipe()

	input := make([]byte, 400)
	for count := range input {
		input[count] = byte(count)
	}
	written, err := writer.Write(input)
	if err != nil {
		fmt.Println("Error:", err)
	}
	fmt.Printf("Written %d byte(s). [in-memory pipe]\n", written)

	time.Sleep(1e5)

	output := make([]byte, 400)
	read, err := reader.Read(output)
	if err != nil {
		fmt.Println("Error:", err)
	}
	fmt.Printf("Read %d byte(s). [in-memory pipe]\n", read)

	for count := range output {
		fmt.Print(count, " ")
	}
	fmt.Println()
}
