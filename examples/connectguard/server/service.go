package main

import (
	"context"
	"slices"
	"sync"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/examples/connectguard"
	"github.com/ambit-authz/ambit/examples/connectguard/reportpb"
)

// row is a report as the host keeps it.
type row struct {
	title    string
	accounts []datagroup.AccountID
	changed  chan struct{} // closed when the title changes
}

// service has the reports. Whoever reaches a procedure may call it: the table
// says so. What is left to the procedures is what each caller sees.
type service struct {
	mu   sync.Mutex
	rows map[string]row
}

func newService() *service {
	return &service{rows: map[string]row{
		"q1": {"First quarter", []datagroup.AccountID{"de-1", "us-1"}, make(chan struct{})},
		"q2": {"Second quarter", []datagroup.AccountID{"us-1"}, make(chan struct{})},
	}}
}

func (s *service) List(ctx context.Context, _ *reportpb.ListRequest) (*reportpb.ListResponse, error) {
	out := new(reportpb.ListResponse)
	for id := range admission.Policy(ctx).Reports(admission.Subject(ctx), access.ViewReport) {
		out.Reports = append(out.Reports, string(id))
	}
	slices.Sort(out.Reports)
	return out, nil
}

func (s *service) Show(ctx context.Context, in *reportpb.ReportRequest) (*reportpb.Report, error) {
	out, _, err := s.show(ctx, in.GetReport())
	return out, err
}

// show returns what the caller sees of a report, and what is closed when the
// report changes.
func (s *service) show(ctx context.Context, id string) (*reportpb.Report, <-chan struct{}, error) {
	s.mu.Lock()
	row, ok := s.rows[id]
	s.mu.Unlock()
	if !ok { // a report of the policy without a row
		return nil, nil, connectguard.Refuse(ctx, admission.ErrNotFound)
	}
	out := &reportpb.Report{Report: id, Title: row.title}
	view := admission.View(ctx)
	for _, account := range row.accounts {
		if view.Sees(account) {
			out.Accounts = append(out.Accounts, string(account))
		}
	}
	return out, row.changed, nil
}

func (s *service) Rename(ctx context.Context, in *reportpb.RenameRequest) (*reportpb.Report, error) {
	if in.GetTitle() == "" {
		return nil, connectguard.Refuse(ctx, admission.BadRequest("title is empty; write the new one"))
	}
	s.rename(in)
	return s.Show(ctx, &reportpb.ReportRequest{Report: in.GetReport()})
}

func (s *service) rename(in *reportpb.RenameRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row, ok := s.rows[in.GetReport()]; ok {
		close(row.changed)
		row.title, row.changed = in.GetTitle(), make(chan struct{})
		s.rows[in.GetReport()] = row
	}
}

func (s *service) Follow(ctx context.Context, in *reportpb.ReportRequest, stream *connect.ServerStream[reportpb.Report]) error {
	for {
		report, changed, err := s.show(ctx, in.GetReport()) // by the newest policy
		if err != nil {
			return err
		}
		if err := stream.Send(report); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done(): // the client has gone, or may not see the report any more
			return nil
		}
	}
}

func (s *service) Import(_ context.Context, stream *connect.ClientStream[reportpb.RenameRequest]) (*reportpb.ImportResponse, error) {
	out := new(reportpb.ImportResponse)
	for stream.Receive() { // only what the caller may edit
		s.rename(stream.Msg())
		out.Renamed++
	}
	return out, stream.Err()
}

func (s *service) Converse(ctx context.Context, stream *connect.BidiStream[reportpb.ReportRequest, reportpb.Report]) error {
	for {
		in, err := stream.Receive()
		if err != nil {
			return err
		}
		report, _, err := s.show(ctx, in.GetReport()) // for this message
		if err != nil {
			return err
		}
		if err := stream.Send(report); err != nil {
			return err
		}
	}
}
