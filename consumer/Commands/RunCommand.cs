using System.CommandLine;
using Streaming.Consumer.Catalog;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Http;
using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.Settings;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer run</c>: options to <see cref="ConsumerOptions"/>, signals to a drain.</summary>
internal static class RunCommand
{
    public static Command Create(Settings settings, Option<bool> verbose)
    {
        var defaults = new ConsumerOptions();
        var application = new ApplicationOptions(settings);
        var start = new CheckedOption<StartPosition>(
            settings, "--start", "where a shard without a checkpoint begins", "checkpoint|trim-horizon|latest|at:<time>", "checkpoint",
            "checkpoint, trim-horizon, latest or at:<ISO 8601 time>", OptionTexts.TryStart);
        var eventTime = new EventTimeOptions(settings);
        CheckedOption<TimeSpan> flushInterval = Duration("--flush-interval", "rows and checkpoint are written at least so often", defaults.FlushInterval);
        var lease = new CheckedOption<TimeSpan>(
            settings, "--lease-duration", "a worker that gives no sign of life for so long loses its shards to the others", "duration",
            DurationText.Format(defaults.LeaseDuration), "100ms to 1h", OptionTexts.TryLeaseDuration);
        var onDataLoss = new CheckedOption<DataLossReaction>(
            settings, "--on-data-loss", "where records are gone before they were read: stop the shard, or go on and count it", "stop|continue", "stop",
            "stop or continue", OptionTexts.TryDataLoss);
        CheckedOption<TimeSpan> untilIdle = Duration("--until-idle", "stop when all shards were empty for so long", null);
        var once = new Option<bool>("--once") { Description = "read what every shard holds now, then stop; warns where the service does not tell where that ends", Arity = ArgumentArity.Zero };
        var backfill = new Option<bool>("--backfill")
        {
            Description = "the stream holds history for a table that another application writes: read it to its end, and complete that table's days",
            Arity = ArgumentArity.Zero,
        };
        var catalog = new CheckedOption<CatalogKind>(
            settings, "--catalog", "where partitions are registered, for Athena", "none|glue", "none", "none or glue", OptionTexts.TryCatalog);
        var http = new CheckedOption<HttpEndpoint>(
            settings, "--http", $"where the live page, health and metrics are, or off [{HttpEndpoint.Default.Address}]", "address:port|off", null,
            "off or an address with a port, such as 127.0.0.1:8080", HttpEndpoint.TryParse);
        CheckedOption<TimeSpan> drainTimeout = Duration("--drain-timeout", "how long writing may take after SIGTERM or Ctrl-C", defaults.DrainTimeout);

        var command = new Command("run", "Reads the stream and writes avg_1min until it is told to stop (Ctrl-C, SIGTERM).");
        application.AddTo(command);
        eventTime.AddTo(command);
        foreach (Option option in (Option[])[start, flushInterval, lease, onDataLoss, untilIdle, once, backfill, catalog, http, drainTimeout])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var options = new ConsumerOptions
            {
                Stream = application.Stream(parsed),
                Lake = application.Lake(parsed),
                AppName = application.AppName(parsed),
                Start = start.Read(parsed),
                FlushInterval = flushInterval.Read(parsed),
                LeaseDuration = lease.Read(parsed),
                OnDataLoss = onDataLoss.Read(parsed),
                WorkerId = WorkerName.Fresh(),
                UntilIdle = untilIdle.Read(parsed) is { Ticks: > 0 } quiet ? quiet : null,
                Once = parsed.GetValue(once) || parsed.GetValue(backfill),
                Backfill = parsed.GetValue(backfill),
                Catalog = catalog.Read(parsed),
                Http = http.Read(parsed) ?? HttpEndpoint.Default,
                DrainTimeout = drainTimeout.Read(parsed),
            };
            return RunAsync(eventTime.Apply(options, parsed), application.Aws(parsed), parsed.GetValue(verbose));
        });
        return command;

        CheckedOption<TimeSpan> Duration(string name, string description, TimeSpan? fallback) => new(
            settings, name, description, "duration", fallback is { } known ? DurationText.Format(known) : null, DurationText.Hint, DurationText.TryParse);
    }

    private static async Task<int> RunAsync(ConsumerOptions options, AwsSettings aws, bool verbose)
    {
        if (options.Backfill && options.AppName == new ConsumerOptions().AppName)
            throw new InvalidAddressException($"--backfill needs checkpoints of its own, beside those of application {options.AppName}. Give a new name: --app-name backfill-2024-01-02.");
        using var signals = new DrainSignals();
        Books books = await ConsumerRun.RunAsync(options, aws, verbose, signals.Token);
        return ExitCodes.OfRun(books, signals.Token);
    }
}
