// Package otelguard shows what Ambit decides in OpenTelemetry: metrics of all
// decisions and of a company's log, and an event on the span of each request.
//
//	telemetry, err := otelguard.New(otel.GetMeterProvider())
//	…
//	acme, err := company.Open(ctx, log, &company.Config{Observer: telemetry.Decision, Refused: telemetry.Refused})
//	…
//	err = telemetry.Company(acme)
//	guard, err := accesshttp.New(accesshttp.Config{Source: acme, Subject: session, Observer: telemetry.Decision})
//
// The metrics, each with all of its attributes:
//
//	ambit.decisions        counter  ambit.action, ambit.kind, ambit.allowed, ambit.step, ambit.reason
//	ambit.denials          counter  ambit.step, ambit.reason
//	ambit.changes.refused  counter  ambit.change, ambit.step, ambit.reason
//	ambit.log.position     gauge    those passed to Company
//	ambit.log.in_doubt     gauge    those passed to Company; 1 while an append is uncertain
//	ambit.observer.panics  counter  those passed to Company
//
// No metric and no event has an id, a name or an address. Actions and kinds come
// from requests in some services, so those that no policy knows are counted
// together, as "_OTHER": however odd the requests, there are no more time series
// than the catalog allows.
package otelguard

import (
	"context"
	"errors"
	"sync"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/ambit-authz/ambit/examples/otelguard"

// other stands for every action, kind and change that is not known.
const other = "_OTHER"

// Telemetry counts decisions and refused changes. [New] makes one. Its methods
// are safe for concurrent use.
type Telemetry struct {
	meter                       metric.Meter
	decisions, denials, refused metric.Int64Counter
	known                       sync.Map // of the access.Action and access.Kind that some policy knows
}

// New returns what counts by a meter provider. The error is the provider's.
func New(p metric.MeterProvider) (*Telemetry, error) {
	t := &Telemetry{meter: p.Meter(scope)}
	var errs [3]error
	t.decisions, errs[0] = t.meter.Int64Counter("ambit.decisions", metric.WithUnit("{decision}"),
		metric.WithDescription("Questions that were decided."))
	t.denials, errs[1] = t.meter.Int64Counter("ambit.denials", metric.WithUnit("{decision}"),
		metric.WithDescription("Questions that were denied."))
	t.refused, errs[2] = t.meter.Int64Counter("ambit.changes.refused", metric.WithUnit("{attempt}"),
		metric.WithDescription("Changes of the company that were refused."))
	return t, errors.Join(errs[:]...)
}

// Decision is an observer: for the Observer of a guard, an AuthZEN evaluator and
// a company. It counts the decision, and adds it as an event to the span of the
// context.
func (t *Telemetry) Decision(ctx context.Context, d access.Decision) {
	t.learn(d)
	all := []attribute.KeyValue{
		attribute.String("ambit.action", t.name(string(d.Action), d.Action)),
		attribute.String("ambit.kind", t.name(string(d.Resource.Kind()), d.Resource.Kind())),
		attribute.Bool("ambit.allowed", d.Allowed),
		attribute.String("ambit.step", d.Step.String()),
		attribute.String("ambit.reason", string(d.Reason)),
	}
	t.decisions.Add(ctx, 1, metric.WithAttributes(all...))
	if !d.Allowed {
		t.denials.Add(ctx, 1, metric.WithAttributes(all[3:]...))
	}
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.AddEvent("ambit.decision", trace.WithAttributes(all...))
	}
}

// learn takes in what the catalog of a policy knows: a decision that came
// further than the kind step.
func (t *Telemetry) learn(d access.Decision) {
	if d.Allowed || d.Step > access.StepKind {
		t.known.LoadOrStore(d.Action, true)
		t.known.LoadOrStore(d.Resource.Kind(), true)
	}
}

// name returns an action or a kind if it is known, and is never long: before
// the kind step nobody has looked at what a request says.
func (t *Telemetry) name(text string, key any) string {
	if _, ok := t.known.Load(key); ok || text == "" {
		return text
	}
	return other
}

// Refused is for the Refused of a [company.Config]: it counts the change that was
// refused, why if that was a denial, and whether it was only asked about.
func (t *Telemetry) Refused(ctx context.Context, a company.Attempt) {
	var d access.Decision
	if denied, ok := errors.AsType[*access.DeniedError](a.Err); ok {
		d = denied.Decision
	}
	all := metric.WithAttributes(
		attribute.String("ambit.change", a.Err.Change),
		attribute.Bool("ambit.dry_run", a.DryRun),
		attribute.String("ambit.step", d.Step.String()),
		attribute.String("ambit.reason", string(d.Reason)),
	)
	t.refused.Add(ctx, 1, all)
}

// Company shows where in its log a company is, whether the log left an append
// open, and how often an observer has panicked. The attributes distinguish it
// from other companies. Nothing waits for a company that is being changed.
func (t *Telemetry) Company(c *company.Company, attributes ...attribute.KeyValue) error {
	position, err1 := t.meter.Int64ObservableGauge("ambit.log.position", metric.WithUnit("{event}"),
		metric.WithDescription("Number of the last event of the log that this process knows."))
	doubt, err2 := t.meter.Int64ObservableGauge("ambit.log.in_doubt", metric.WithUnit("1"),
		metric.WithDescription("1 while it is uncertain whether the next event was stored. Nothing is written meanwhile."))
	panics, err3 := t.meter.Int64ObservableCounter("ambit.observer.panics", metric.WithUnit("{panic}"),
		metric.WithDescription("Panics of the company's observers."))
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	with := metric.WithAttributes(attributes...)
	_, err := t.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		var uncertain int64
		if c.Health().InDoubt {
			uncertain = 1
		}
		o.ObserveInt64(position, int64(c.Checkpoint().Seq), with)
		o.ObserveInt64(doubt, uncertain, with)
		o.ObserveInt64(panics, int64(c.Panics()), with)
		return nil
	}, position, doubt, panics)
	return err
}
