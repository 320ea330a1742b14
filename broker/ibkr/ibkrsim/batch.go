package ibkrsim

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// batch is a connection that sends many small frames as one piece: a record of
// TLS and a call of the system for each would cost more than all else. While
// it is held, writes wait for flush and never block.
type batch struct {
	net.Conn

	mu      sync.Mutex
	holding bool
	held    []byte
}

// batchSize is how much is held at most before it is sent.
const batchSize = 64 << 10

func (b *batch) Write(p []byte) (int, error) {
	b.mu.Lock()
	if b.holding {
		b.held = append(b.held, p...)
		b.mu.Unlock()
		return len(p), nil
	}
	b.mu.Unlock()
	return b.Conn.Write(p)
}

func (b *batch) hold() {
	b.mu.Lock()
	b.holding = true
	b.mu.Unlock()
}

// full says that it is time to flush.
func (b *batch) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.held) >= batchSize
}

// flush sends what is held, and what is written meanwhile, and ends the hold.
func (b *batch) flush() error {
	if err := b.Conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	for {
		b.mu.Lock()
		out := b.held
		b.held = nil
		if len(out) == 0 {
			b.holding = false
			b.mu.Unlock()
			return nil
		}
		b.mu.Unlock()
		if _, err := b.Conn.Write(out); err != nil {
			return err
		}
	}
}

// batchWriter is a ResponseWriter whose connection becomes a batch.
type batchWriter struct {
	http.ResponseWriter
	batch *batch
}

// Hijack implements http.Hijacker.
func (w *batchWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	h, ok := w.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("ibkrsim: the connection cannot be taken over")
	}
	conn, buffers, err := h.Hijack()
	if err != nil {
		return nil, nil, err
	}
	w.batch = &batch{Conn: conn}
	return w.batch, buffers, nil
}
