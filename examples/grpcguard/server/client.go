package main

import (
	"context"
	"fmt"
	"io"

	"github.com/ambit-authz/ambit/examples/grpcguard/reportpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// call calls a method of a server and prints the answer.
func call(ctx context.Context, address, user string, args []string, out io.Writer) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	if user != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", user)
	}
	client := reportpb.NewReportsClient(conn)
	args = append(args, "", "") // ids and titles that are left out are empty
	report := &reportpb.ReportRequest{Report: args[1]}
	var answer proto.Message
	switch args[0] {
	case "list":
		answer, err = client.List(ctx, new(reportpb.ListRequest))
	case "show":
		answer, err = client.Show(ctx, report)
	case "rename":
		answer, err = client.Rename(ctx, &reportpb.RenameRequest{Report: args[1], Title: args[2]})
	case "follow":
		return follow(ctx, client, report, out)
	default:
		return fmt.Errorf("unknown command %q: write list, show ID, rename ID TITLE or follow ID", args[0])
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(out, answer)
	return nil
}

// follow prints a report whenever it changes, until the call ends.
func follow(ctx context.Context, client reportpb.ReportsClient, report *reportpb.ReportRequest, out io.Writer) error {
	stream, err := client.Follow(ctx, report)
	if err != nil {
		return err
	}
	for {
		answer, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(out, answer)
	}
}
