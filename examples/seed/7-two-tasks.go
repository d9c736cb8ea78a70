// Program 7 of the note, labelled "Corret": one goroutine writes 40000 bytes, another reads once, main sleeps.
// It finishes, but only because the sleep and the long loop after it last long enough: nothing waits for the goroutines.
package main

import (
	"fmt"
	"io"
	"time"
)

func main() {
	reader, writer := io.Pipe()
	output := make([]byte, 40000)

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

	go func() {
		read, err := reader.Read(output)
		if err != nil {
			fmt.Println("Error:", err)
		}
		fmt.Printf("Read %d byte(s). [in-memory pipe]\n", read)
	}()

	time.Sleep(1e6)

	for count := range output {
		fmt.Print(count, " ")
	}
	fmt.Println()
}
