using System.CommandLine;
using System.Runtime.InteropServices;
using Streaming.Consumer.Catalog;
using Streaming.Consumer.Http;
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
        CheckedOption<TimeSpan> grace = Duration("--grace", "a window is written this long (event time) after its end", defaults.Grace);
        CheckedOption<TimeSpan> lateness = Duration(
            "--allowed-lateness", "a window takes ticks for so long after its end, by its ticker's own event time", defaults.AllowedLateness);
        var repeats = new CheckedOption<bool>(
            settings, "--repeats", "records that their producer put again, by their fields run and seq", "drop|keep", "drop", "drop or keep", OptionTexts.TryRepeats);
        CheckedOption<TimeSpan> flushInterval = Duration("--flush-interval", "rows and checkpoint are written at least so often", defaults.FlushInterval);
        var lease = new CheckedOption<TimeSpan>(
            settings, "--lease-duration", "a worker that gives no sign of life for so long loses its shards to the others", "duration",
            DurationText.Format(defaults.LeaseDuration), "100ms to 1h", OptionTexts.TryLeaseDuration);
        var onDataLoss = new CheckedOption<DataLossReaction>(
            settings, "--on-data-loss", "where records are gone before they were read: stop the shard, or go on and count it", "stop|continue", "stop",
            "stop or continue", OptionTexts.TryDataLoss);
        var zone = new CheckedOption<TimeZoneInfo>(
            settings, "--time-zone", "zone of the trade date of ticks without a date", "tz", defaults.ExchangeZone.Id,
            "a time zone such as America/New_York", OptionTexts.TryZone);
        CheckedOption<TimeSpan> untilIdle = Duration("--until-idle", "stop when all shards were empty for so long", null);
        var once = new Option<bool>("--once") { Description = "read what every shard holds now, then stop; warns where the service does not tell where that ends", Arity = ArgumentArity.Zero };
        var catalog = new CheckedOption<CatalogKind>(
            settings, "--catalog", "where partitions are registered, for Athena", "none|glue", "none", "none or glue", OptionTexts.TryCatalog);
        var http = new CheckedOption<HttpEndpoint>(
            settings, "--http", $"where the live page, health and metrics are, or off [{HttpEndpoint.Default.Address}]", "address:port|off", null,
            "off or an address with a port, such as 127.0.0.1:8080", HttpEndpoint.TryParse);
        CheckedOption<TimeSpan> drainTimeout = Duration("--drain-timeout", "how long writing may take after SIGTERM or Ctrl-C", defaults.DrainTimeout);

        var command = new Command("run", "Reads the stream and writes avg_1min until it is told to stop (Ctrl-C, SIGTERM).");
        application.AddTo(command);
        foreach (Option option in (Option[])[start, grace, lateness, repeats, flushInterval, lease, onDataLoss, zone, untilIdle, once, catalog, http, drainTimeout])
            command.Add(option);
        command.SetAction(parsed => RunAsync(
            new ConsumerOptions
            {
                Stream = application.Stream(parsed),
                Lake = application.Lake(parsed),
                AppName = application.AppName(parsed),
                Start = start.Read(parsed),
                Grace = grace.Read(parsed),
                AllowedLateness = lateness.Read(parsed),
                DropRepeats = repeats.Read(parsed),
                FlushInterval = flushInterval.Read(parsed),
                LeaseDuration = lease.Read(parsed),
                OnDataLoss = onDataLoss.Read(parsed),
                WorkerId = WorkerName.Fresh(),
                ExchangeZone = zone.Read(parsed)!,
                UntilIdle = untilIdle.Read(parsed) is { Ticks: > 0 } quiet ? quiet : null,
                Once = parsed.GetValue(once),
                Catalog = catalog.Read(parsed),
                Http = http.Read(parsed) ?? HttpEndpoint.Default,
                DrainTimeout = drainTimeout.Read(parsed),
            },
            application.Aws(parsed),
            parsed.GetValue(verbose)));
        return command;

        CheckedOption<TimeSpan> Duration(string name, string description, TimeSpan? fallback) => new(
            settings, name, description, "duration", fallback is { } known ? DurationText.Format(known) : null, DurationText.Hint, DurationText.TryParse);
    }

    private static async Task<int> RunAsync(ConsumerOptions options, AwsSettings aws, bool verbose)
    {
        using var drain = new CancellationTokenSource();
        void Drain(PosixSignalContext signal)
        {
            signal.Cancel = true;
            drain.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Drain);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Drain);
        await ConsumerRun.RunAsync(options, aws, verbose, drain.Token);
        return ExitCodes.Done;
    }
}
