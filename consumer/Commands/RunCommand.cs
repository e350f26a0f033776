using System.CommandLine;
using Streaming.Consumer.Catalog;
using Streaming.Consumer.EventTime;
using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Hosting;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer run</c>: options to <see cref="ConsumerOptions"/>, a signal to a drain.</summary>
internal static class RunCommand
{
    private static readonly ConsumerOptions Defaults = new();

    public static Command Create(CommandContext context, Option<bool> verbose)
    {
        var application = new ApplicationOptions();
        var start = StartOption.OfRun();
        var eventTime = new EventTimeOptions();
        var flushInterval = OptionValues.Duration("--flush-interval", "rows and checkpoint are written at least so often", Defaults.FlushInterval);
        var lease = new ValueOption<TimeSpan>(
            "--lease-duration", "a worker that gives no sign of life for so long loses its shards to the others", "duration", LeaseDuration,
            DurationText.Format(Defaults.LeaseDuration));
        var onDataLoss = OptionValues.OneOf(
            "--on-data-loss", "where records are gone before they were read: stop the shard, or go on and count it", ("stop", DataLossReaction.Stop), ("continue", DataLossReaction.Continue));
        var untilIdle = OptionValues.Duration("--until-idle", "stop when all shards were empty for so long");
        var once = OptionValues.Flag("--once", "read what every shard holds now, then stop; warns where the service does not tell where that ends");
        var backfill = OptionValues.Flag(
            "--backfill", "the stream holds history for a table that another application writes: read it to its end, and complete that table's days");
        var catalog = OptionValues.OneOf("--catalog", "where partitions are registered, for Athena", ("none", CatalogKind.None), ("glue", CatalogKind.Glue));
        var http = new ValueOption<HttpEndpoint>(
            "--http", $"where the live page, health and metrics are, or off [{HttpEndpoint.Default.Address}]", "address:port|off", HttpEndpoint.Parse);
        var drainTimeout = OptionValues.Duration("--drain-timeout", "how long writing may take after SIGTERM or Ctrl-C", Defaults.DrainTimeout);

        var command = new Command("run", "Reads the stream and writes avg_1min until it is told to stop (Ctrl-C, SIGTERM).");
        application.AddTo(command);
        eventTime.AddTo(command);
        foreach (Option option in (Option[])[start, flushInterval, lease, onDataLoss, untilIdle, once, backfill, catalog, http, drainTimeout])
            command.Add(option);
        command.SetAction((parsed, drain) =>
        {
            ConsumerOptions options = application.Read(parsed) with
            {
                Start = start.Read(parsed),
                FlushInterval = flushInterval.Read(parsed) ?? Defaults.FlushInterval,
                LeaseDuration = lease.Read(parsed),
                OnDataLoss = onDataLoss.Read(parsed),
                WorkerId = WorkerId(context),
                UntilIdle = untilIdle.Read(parsed) is { Ticks: > 0 } quiet ? quiet : null,
                Once = parsed.GetValue(once) || parsed.GetValue(backfill),
                Backfill = parsed.GetValue(backfill),
                Catalog = catalog.Read(parsed),
                Http = http.Read(parsed) ?? HttpEndpoint.Default,
                DrainTimeout = drainTimeout.Read(parsed) ?? Defaults.DrainTimeout,
            };
            return RunAsync(eventTime.Apply(options, parsed), application.Aws(parsed), parsed.GetValue(verbose), drain);
        });
        return command;
    }

    /// <summary>Names a worker so that an operator finds its process, and so that no two starts ever have the same name.</summary>
    public static string WorkerId(CommandContext context) => $"{Environment.MachineName}-{Environment.ProcessId}-{context.StartId}";

    /// <summary>The exit code of a run without an error.</summary>
    /// <param name="drain">A run that was asked to stop did what it was asked.</param>
    public static int CodeOf(in Books now, CancellationToken drain) => now.IsMostlyLate && !drain.IsCancellationRequested ? ExitCode.Incomplete : ExitCode.Done;

    private static async Task<int> RunAsync(ConsumerOptions options, AwsSettings aws, bool verbose, CancellationToken drain)
    {
        if (options.Backfill && options.AppName == Defaults.AppName)
            throw new UsageException($"--backfill needs checkpoints of its own, beside those of application {options.AppName}. Give a new name: --app-name backfill-2024-01-02.");
        return CodeOf(await ConsumerRun.RunAsync(options, aws, verbose, drain), drain);
    }

    /// <summary>Shorter, and renewals would be most of what a worker does; longer, and a dead one's shards would stand still for hours.</summary>
    private static TimeSpan LeaseDuration(string text)
        => DurationText.TryParse(text, out TimeSpan duration) && duration >= TimeSpan.FromMilliseconds(100) && duration <= TimeSpan.FromHours(1)
            ? duration
            : throw new UsageException($"'{text}' is not a duration from 100ms to 1h.");
}
