package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options describes the pretend organisation and its one app. The zero value of every field but the
// credentials is usable.
type Options struct {
	ClientID     string // appKey of the in-house app; default "sandbox-app"
	ClientSecret string // appSecret; default "sandbox-secret"
	RobotCode    string // default ClientID, as for an in-house app (KB-API 0783)
	CorpID       string // default "dingsandbox"

	// Now is the business clock; default time.Now. It must not call the server.
	Now func() time.Time
	// BaseURL is the address put into session webhooks, file URLs and the Stream endpoint, such as
	// http://127.0.0.1:9000. Start sets it; a server mounted by hand learns it from the first request.
	BaseURL string

	TokenLifetime time.Duration   // machine time; default 2 h (KB-API 0033)
	TicketLife    time.Duration   // machine time; default 90 s (DP protocol.md)
	AckLimit      time.Duration   // how long a card callback may take; default 2 s (KB-CARD 0007)
	Redelivery    []time.Duration // waits before an unacknowledged bot message is pushed again; default 60 s, three times
	PingInterval  time.Duration   // SYSTEM ping; default 25 s
	LeaveGrace    time.Duration   // from a disconnect frame to the closing of TCP; default 10 s
	QPS           int             // calls per second and app; default 20 (KB-API 1433); negative = no limit
	APIQuota      int             // calls per month; default 5000 (KB-API 1438)
	EventQuota    int             // Webhook & Stream events per month; default 3000 (KB-API 1438)
	JournalSize   int             // entries kept; default 20000
	Seed          uint64          // chooses connections and ids; equal seeds, equal choices
	Templates     []Template      // card templates beside the ready-made one
}

func (o Options) withDefaults() Options {
	orString(&o.ClientID, "sandbox-app")
	orString(&o.ClientSecret, "sandbox-secret")
	orString(&o.RobotCode, o.ClientID)
	orString(&o.CorpID, "dingsandbox")
	if o.Now == nil {
		o.Now = time.Now
	}
	orDefault(&o.TokenLifetime, 2*time.Hour)
	orDefault(&o.TicketLife, 90*time.Second)
	orDefault(&o.AckLimit, 2*time.Second)
	orDefault(&o.PingInterval, 25*time.Second)
	orDefault(&o.LeaveGrace, 10*time.Second)
	if o.Redelivery == nil {
		o.Redelivery = []time.Duration{time.Minute, time.Minute, time.Minute}
	}
	orDefault(&o.QPS, 20)
	orDefault(&o.APIQuota, 5000)
	orDefault(&o.EventQuota, 3000)
	orDefault(&o.JournalSize, 20000)
	return o
}

func orString(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func orDefault[T ~int | ~int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Server is one pretend organisation. All its methods may be called from several goroutines.
type Server struct {
	opt Options

	// mu guards everything below. No handler does I/O while it holds mu, so that a call's effect and
	// its journal entry appear together.
	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at each change: what every waiter waits on
	rev      int64
	seq      int64
	random   *rand.Rand
	baseURL  string
	switches map[string]string

	people    map[string]*Person
	groups    map[string]*Group
	order     []string // user ids in the order of arrival
	items     map[string][]*item
	singles   map[string]string // conversation id → user id
	templates map[string]Template
	cards     map[string]*card
	files     map[string]*storedFile // by download code
	media     map[string]*media      // by media id
	fileURLs  map[string]string      // token of a temporary URL → download code
	sessions  map[string]session

	token   accessToken
	tickets map[string]ticket
	conns   map[string]*streamConn
	span    Span
	pending map[string]*pendingPush
	faults  []*activeFault
	faultID int
	recent  []time.Time // machine times of the calls of the last second
	journal journal
	meters  meterState

	http   *http.Server
	listen net.Listener
	done   chan struct{}
	wg     sync.WaitGroup
	closed bool
}

// New makes a server with nobody in it. Call Start, or mount Handler.
func New(opt Options) *Server {
	opt = opt.withDefaults()
	s := &Server{
		opt:       opt,
		changed:   make(chan struct{}),
		rev:       1,
		random:    rand.New(rand.NewPCG(opt.Seed, 0x6a756e6d61)),
		baseURL:   opt.BaseURL,
		switches:  defaultSwitches(),
		people:    map[string]*Person{},
		groups:    map[string]*Group{},
		items:     map[string][]*item{},
		singles:   map[string]string{},
		templates: map[string]Template{ReadyTemplateID: readyTemplate()},
		cards:     map[string]*card{},
		files:     map[string]*storedFile{},
		media:     map[string]*media{},
		fileURLs:  map[string]string{},
		sessions:  map[string]session{},
		tickets:   map[string]ticket{},
		conns:     map[string]*streamConn{},
		pending:   map[string]*pendingPush{},
		journal:   newJournal(opt.JournalSize),
		done:      make(chan struct{}),
	}
	for _, t := range opt.Templates {
		s.templates[t.ID] = t
	}
	return s
}

// Handler serves the vendor side and, under /sandbox/, the control API.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.serve(r))
	}
	mux.HandleFunc("GET /connect", s.serveStream)
	mux.Handle("/sandbox/", s.ControlHandler())
	mux.Handle("/", s.serve(unknownRoute))
	return mux
}

// Start listens on addr, which must be a loopback address; port 0 takes a free one.
func (s *Server) Start(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("parse sandbox address: %w", err)
	}
	if !isLoopback(host) {
		return errors.New("listen for the sandbox: only a loopback address is allowed")
	}
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen for the sandbox: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listen = ln
	s.baseURL = "http://" + ln.Addr().String()
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.wg.Go(func() { _ = s.http.Serve(ln) })
	return nil
}

// URL is the server's base address, without a slash at its end; empty before Start.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.baseURL
}

// Close ends every connection and timer and waits for them. Calling it again does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	for _, c := range s.conns {
		_ = c.ws.Close()
	}
	srv := s.http
	s.bump()
	s.mu.Unlock()
	var err error
	if srv != nil {
		err = srv.Close()
	}
	s.wg.Wait()
	return err
}

// spawn runs f in a goroutine that Close waits for; f is not run once the server is closing.
// The caller holds mu.
func (s *Server) spawn(f func()) {
	if s.closed {
		return
	}
	s.wg.Go(f)
}

// bump tells all waiters that something changed. The caller holds mu.
func (s *Server) bump() {
	s.rev++
	close(s.changed)
	s.changed = make(chan struct{})
}

const idAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// newID makes a URL-safe id with a readable prefix. The caller holds mu.
func (s *Server) newID(prefix string) string {
	b := make([]byte, 24)
	for i := range b {
		b[i] = idAlphabet[s.random.IntN(len(idAlphabet))]
	}
	return prefix + string(b)
}
