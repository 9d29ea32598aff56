package tools

import "context"

// summarySet is the set of tools that condense meetings, and check what is said
// about them.
func summarySet(archive *archive, jobs *summaryJobs) Set {
	return Set{"summaries", "Summarise meetings, and check what is said about them.", []Tool{

		defineCall("summarize_meeting", "", "Summarise a meeting", Reads,
			"A summary whose every line is checked against the transcript, with quotes; what does not stand there is under unverified. Without a configured model it is sentences as they were said. When state is running call it again.",
			func(ctx context.Context, call *Call, in summarizeMeeting) (*meetingSummary, error) {
				return jobs.summarize(ctx, call, in)
			}),

		defineCall("verify_claims", "", "Check claims about a meeting", Reads,
			"Checks what you wrote about a meeting against its transcript: each claim is verified, corrected (said elsewhere, or in slightly other words), tentative (hedged) or unverified, with the reason and the closest passages. Check every summary with it before you show it.",
			func(ctx context.Context, call *Call, in verifyClaims) (*checkedClaims, error) {
				return checkClaims(ctx, archive, call, in)
			}),
	}}
}
