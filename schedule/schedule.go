// Package schedule says when it is time, and nothing else: it keeps a handful of recurring jobs on gocron. Business
// deadlines are not here; they are due rows in the store, and the day's job finds them.
package schedule

import (
	"context"
	"fmt"
	"log/slog"
	"time"
	_ "time/tzdata" // a machine without a table of time zones, such as a bare container, still knows Shanghai

	"github.com/go-co-op/gocron/v2"
	"github.com/google/uuid"
)

// Job is one recurring piece of work. At is a cron expression of five fields in the scheduler's time zone.
type Job struct {
	Name string
	At   string
	Run  func(context.Context) error
}

// Scheduler runs jobs until Stop. One run of a job never overlaps the next of the same job.
type Scheduler struct {
	cron gocron.Scheduler
	log  *slog.Logger
}

// New makes a scheduler whose cron expressions are read in zone.
func New(zone *time.Location, log *slog.Logger) (*Scheduler, error) {
	cron, err := gocron.NewScheduler(
		gocron.WithLocation(zone),
		gocron.WithGlobalJobOptions(
			gocron.WithSingletonMode(gocron.LimitModeReschedule),
			gocron.WithEventListeners(
				// Without this listener a panicking job would end the process.
				gocron.AfterJobRunsWithPanic(func(_ uuid.UUID, name string, recovered any) {
					log.Error("job panicked", "job", name, "panic", fmt.Sprint(recovered))
				}),
				gocron.AfterJobRunsWithError(func(_ uuid.UUID, name string, err error) {
					log.Error("job ended with an error; it runs again at its next time", "job", name, "error", err)
				}),
			),
		),
	)
	if err != nil {
		return nil, fmt.Errorf("make scheduler: %w", err)
	}
	return &Scheduler{cron: cron, log: log}, nil
}

// Add puts a job on the schedule. ctx is handed to every run, so ending it asks a run in progress to stop.
func (s *Scheduler) Add(ctx context.Context, job Job) error {
	_, err := s.cron.NewJob(
		gocron.CronJob(job.At, false),
		gocron.NewTask(func() error { return job.Run(ctx) }),
		gocron.WithName(job.Name),
	)
	if err != nil {
		return fmt.Errorf("schedule job %q at %q: %w", job.Name, job.At, err)
	}
	return nil
}

// Start begins to run the jobs.
func (s *Scheduler) Start() { s.cron.Start() }

// Stop lets runs in progress finish and ends the scheduler.
func (s *Scheduler) Stop() error { return s.cron.Shutdown() }
