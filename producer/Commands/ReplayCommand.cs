using System.CommandLine;
using Streaming.Producer.Resuming;
using Streaming.Producer.Telemetry;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Streams;
using Streaming.Shared.Hosting;

namespace Streaming.Producer.Commands;

/// <summary><c>producer replay</c>: options to a pipeline, its progress and its summary.</summary>
internal static class ReplayCommand
{
    private const string SendTheRest = "producer replay with the same arguments and --resume sends the rest";

    public static Command Create(CommandContext context, Option<bool> verbose)
    {
        var replay = new ReplayOptions();
        var stream = new StreamOptions();
        var resume = new ResumeOptions();
        var strict = OptionValues.Flag("--strict", "exit with 4 if any row or file was refused");
        var json = OptionValues.Flag("--json", "print the summary as one JSON object on stdout");
        var progress = OptionValues.OneOf("--progress", "how progress is shown", ("auto", "auto"), ("plain", "plain"), ("none", "none"));
        var command = new Command("replay", "Replay Parquet and CSV files, folders or globs in event-time order.") { strict, json, progress };
        replay.AddTo(command);
        resume.AddTo(command);
        stream.AddTo(command);

        command.SetAction(async (parsed, cancellation) =>
        {
            bool isVerbose = parsed.GetValue(verbose);
            string progressMode = progress.Read(parsed)!;
            TextWriter log = context.IsLogged && progressMode != "plain" ? new LogLineWriter(context.Error, context.Time, "producer.replay") : context.Error;
            using var display = new ProgressDisplay(context with { Error = log }, progressMode);
            ProducerOptions options = replay.Read(parsed, context.StartId) with
            {
                Aws = stream.Aws.Read(parsed),
                Noted = display.WriteLine,
                RowRefused = isVerbose ? row => display.WriteLine(row.ToString()) : null,
            };
            var pipeline = new ReplayPipeline(options, context.Time);
            resume.Check(parsed, options);
            // A missing input must not leave a new stream behind.
            pipeline.FindInputs();
            await using IRecordStream? target = options.DryRun ? null : await stream.OpenAsync(parsed, context with { Error = log }, cancellation);
            if (target is null) await log.WriteLineAsync("dry run: nothing is sent");
            ReplayJournal? journal = target is null
                ? null
                : await resume.OpenAsync(parsed, target, options, pipeline.Inputs, context.Time, display.WriteLine);

            using ReplayMeter? meter = ReplayMeter.Start(pipeline.Progress, stream.AddressOption.Read(parsed)!);
            display.Start(pipeline.Progress);
            ReplaySummary summary = await RunAsync(pipeline, target, journal, display, cancellation);

            SummaryText.Write(log, summary, options, rowsWereShown: isVerbose);
            if (journal is { IsResumed: true, IsComplete: true } && summary.Sent == 0) await log.WriteLineAsync($"nothing is left of run {journal.Run}: its {journal.Seq} records are on the stream");
            if (journal is { IsComplete: false, CanBeResumed: true } && progressMode != "none") await log.WriteLineAsync(SendTheRest);
            if (parsed.GetValue(json)) await context.Output.WriteLineAsync(JsonOutput.Of(summary));
            return CodeOf(summary, parsed.GetValue(strict));
        });
        return command;
    }

    private static async Task<ReplaySummary> RunAsync(ReplayPipeline pipeline, IRecordStream? target, ReplayJournal? journal, ProgressDisplay display, CancellationToken cancellation)
    {
        try
        {
            return await pipeline.RunAsync(target, journal, cancellation);
        }
        catch (Exception) when (pipeline.Progress.Sent > 0)
        {
            display.WriteLine($"failed after {pipeline.Progress.Sent} records were sent{(journal is null ? "" : $"; {SendTheRest}")}");
            throw;
        }
        finally
        {
            display.Stop();
        }
    }

    private static int CodeOf(ReplaySummary summary, bool isStrict)
    {
        if (summary.Interrupted) return ExitCode.Interrupted;
        if (isStrict && (summary.Rejected > 0 || summary.RefusedFiles.Count > 0)) return ExitCode.Incomplete;
        // With no readable file at all there was nothing to skip to.
        return summary.RefusedFiles.Count > 0 && summary.FilesRead == 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
