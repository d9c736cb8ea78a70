// Program 6 of the note, labelled "Corret": a goroutine writes 40000 bytes, main reads once.
// It finishes. The last loop prints the index and not the byte: it looks the same whatever was read.
package main

import (
	"fmt"
	"io"
	"time"
)

func main() {
	reader, writer := io.Pipe()

	go func() {
		input := make([]byte, 40000)
		for count := range input {
			input[count] = byte(count)
		}
		written, err := writer.Write(input)
		if err != nil {
			fmt.Println("Error:", err)
		}
		fmt.Printf("Written %d byte(s). [in-memory pipe]\n", written)
	}()

	time.Sleep(1e5)

	output := make([]byte, 40000)
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
