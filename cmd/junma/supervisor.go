package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
)

// States that a service manager is told (sd_notify(3)).
const (
	stateReady    = "READY=1"
	stateStopping = "STOPPING=1"
)

// tellSupervisor tells the service manager that started us how far we are: one datagram to $NOTIFY_SOCKET, where there
// is one. A manager that doesn't hear is no reason not to serve.
func tellSupervisor(log *slog.Logger, state string) {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" {
		return
	}
	if err := sendState(address, state); err != nil {
		log.Warn("the service manager was not told", "state", state, "error", err)
	}
}

func sendState(address, state string) error {
	if name, abstract := strings.CutPrefix(address, "@"); abstract {
		address = "\x00" + name
	}
	conn, err := new(net.Dialer).DialContext(context.Background(), "unixgram", address)
	if err != nil {
		return fmt.Errorf("reach the service manager: %w", err)
	}
	defer func() { _ = conn.Close() }() // a datagram is sent or not
	_, err = conn.Write([]byte(state))
	return err
}
