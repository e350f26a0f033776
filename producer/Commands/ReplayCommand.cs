using System.CommandLine;
using Streaming.Producer.Telemetry;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Commands;

/// <summary><c>producer replay</c>: options to a pipeline, its progress and its summary.</summary>
internal static class ReplayCommand
{
    public static Command Create(CommandContext context, Option<bool> verbose)
    {
        var replay = new ReplayOptions();
        var stream = new StreamOptions();
        var strict = OptionValues.Flag("--strict", "exit with 4 if any row or file was refused");
        var json = OptionValues.Flag("--json", "print the summary as one JSON object on stdout");
        var progress = OptionValues.OneOf("--progress", "how progress is shown", "auto", "plain", "none");
        var command = new Command("replay", "Replay Parquet and CSV files, folders or globs in event-time order.") { strict, json, progress };
        replay.AddTo(command);
        stream.AddTo(command);

        command.SetAction(async (parsed, cancellation) =>
        {
            bool isVerbose = parsed.GetValue(verbose);
            using var display = new ProgressDisplay(context, parsed.GetValue(progress)!);
            ProducerOptions options = replay.Read(parsed, context.RunId) with
            {
                Aws = stream.Aws.Read(parsed),
                RowRefused = isVerbose ? row => display.WriteLine(row.ToString()) : null,
            };
            var pipeline = new ReplayPipeline(options, context.Time);
            // A missing input must not leave a new stream behind.
            pipeline.FindInputs();
            await using IRecordStream? target = options.DryRun ? null : await stream.OpenAsync(parsed, context, cancellation);
            if (target is null) await context.Error.WriteLineAsync("dry run: nothing is sent");

            using ReplayMeter? meter = ReplayMeter.Start(pipeline.Progress, parsed.GetRequiredValue(stream.AddressOption));
            display.Start(pipeline.Progress);
            ReplaySummary summary = await RunAsync(pipeline, target, display, cancellation);

            SummaryText.Write(context.Error, summary, options, rowsWereShown: isVerbose);
            if (parsed.GetValue(json)) await context.Output.WriteLineAsync(JsonOutput.Of(summary));
            return CodeOf(summary, parsed.GetValue(strict));
        });
        return command;
    }

    private static async Task<ReplaySummary> RunAsync(ReplayPipeline pipeline, IRecordStream? target, ProgressDisplay display, CancellationToken cancellation)
    {
        try
        {
            return await pipeline.RunAsync(target, cancellation);
        }
        catch (Exception) when (pipeline.Progress.Sent > 0)
        {
            display.WriteLine($"failed after {pipeline.Progress.Sent} records were sent");
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
        if (isStrict && (summary.Rejected > 0 || summary.RefusedFiles.Count > 0)) return ExitCode.Rejected;
        // With no readable file at all there was nothing to skip to.
        return summary.RefusedFiles.Count > 0 && summary.FilesRead == 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
