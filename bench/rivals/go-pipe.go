// Sends MESSAGES of SIZE bytes through an io.Pipe or an os.Pipe from one goroutine to another, after WARMUP of them, and
// prints the nanoseconds that each one took: `go-pipe io|os MESSAGES WARMUP SIZE`. The loops are those of the packages'
// own examples; the reader counts the bytes and sums the first one of every message, as tally.ts does.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

func main() {
	messages, warmUp, size := number(2), number(3), number(4)
	chunks := make([][]byte, 4)
	for i := range chunks {
		chunks[i] = bytes.Repeat([]byte{byte(i + 1)}, size)
	}
	transfer(warmUp, size, chunks)
	start := time.Now()
	total, sum := transfer(messages, size, chunks)
	took := time.Since(start)

	expected := 0
	for i := 0; i < messages; i++ {
		expected += int(chunks[i%len(chunks)][0])
	}
	if total != messages*size || sum != expected {
		panic("these are not the bytes that were sent")
	}
	fmt.Println(float64(took.Nanoseconds()) / float64(messages))
}

func transfer(messages, size int, chunks [][]byte) (total, sum int) {
	reader, writer := open()
	defer reader.Close()
	go func() {
		for i := 0; i < messages; i++ {
			if _, err := writer.Write(chunks[i%len(chunks)]); err != nil {
				panic(err)
			}
		}
		writer.Close()
	}()

	into := make([]byte, size)
	next := 0 // where in the coming bytes the next message starts
	for {
		count, err := reader.Read(into)
		if err == io.EOF {
			return total, sum
		}
		if err != nil {
			panic(err)
		}
		for ; next < count; next += size {
			sum += int(into[next])
		}
		next -= count
		total += count
	}
}

func open() (io.ReadCloser, io.WriteCloser) {
	if os.Args[1] == "io" {
		return io.Pipe()
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	return reader, writer
}

func number(at int) int {
	value, err := strconv.Atoi(os.Args[at])
	if err != nil {
		panic(err)
	}
	return value
}
