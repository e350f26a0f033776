using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer run</c>: options to <see cref="ConsumerOptions"/>, signals to a drain, figures to the terminal.</summary>
internal static partial class RunCommand
{
    public static Command Create(Settings settings, Option<bool> verbose)
    {
        var defaults = new ConsumerOptions();
        Option<string> stream = Parse.Text(settings, "--stream", "record stream: a folder", defaults.Stream, "an address", text => text.Length > 0);
        Option<string> lake = Parse.Text(settings, "--lake", "lake: a folder", defaults.Lake, "an address", text => text.Length > 0);
        Option<string> appName = Parse.Text(
            settings, "--app-name", "name of the checkpoints", defaults.AppName, "1 to 64 letters, digits, '.', '_' or '-'", AppName().IsMatch);
        Option<StartPosition> start = Parse.Option<StartPosition>(
            settings, "--start", "checkpoint|trim-horizon|latest|at:<time>: where a shard without a checkpoint begins", defaults.Start,
            "checkpoint, trim-horizon, latest or at:<ISO 8601 time>", Parse.TryParseStart);
        Option<TimeSpan> grace = Parse.Duration(settings, "--grace", "a window is written this long (event time) after its end", defaults.Grace);
        Option<TimeSpan> lateness = Parse.Duration(
            settings, "--allowed-lateness", "a window takes ticks for so long after its end, by its ticker's own event time", defaults.AllowedLateness);
        Option<TimeSpan> flushInterval = Parse.Duration(settings, "--flush-interval", "rows and checkpoint are written at least so often", defaults.FlushInterval);
        Option<TimeSpan> lease = Parse.Duration(
            settings, "--lease-duration", "for several workers on one stream, which this version does not have yet; no effect", TimeSpan.FromSeconds(10));
        Option<TimeZoneInfo> zone = Parse.Option<TimeZoneInfo>(
            settings, "--time-zone", "zone of the trade date of ticks without a date", defaults.ExchangeZone, "a time zone such as America/New_York", Parse.TryParseZone);
        Option<TimeSpan> untilIdle = Parse.Duration(settings, "--until-idle", "stop when all shards were empty for so long", TimeSpan.Zero);
        var once = new Option<bool>("--once") { Description = "stop at the end that every shard has now" };
        Option<string> catalog = Parse.Text(settings, "--catalog", "none", "none", "none, the only catalog of this version", text => text == "none");
        Option<string> http = Parse.Text(settings, "--http", "off", "off", "off, the only choice of this version", text => text == "off");
        Option<TimeSpan> drainTimeout = Parse.Duration(settings, "--drain-timeout", "how long writing may take after SIGTERM or Ctrl-C", defaults.DrainTimeout);

        var command = new Command("run", "Reads the stream and writes avg_1min until it is told to stop (Ctrl-C, SIGTERM).")
        {
            stream, lake, appName, start, grace, lateness, flushInterval, lease, zone, untilIdle, once, catalog, http, drainTimeout,
        };
        command.SetAction(parsed => RunAsync(
            new ConsumerOptions
            {
                Stream = parsed.GetValue(stream)!,
                Lake = parsed.GetValue(lake)!,
                AppName = parsed.GetValue(appName)!,
                Start = parsed.GetValue(start),
                Grace = parsed.GetValue(grace),
                AllowedLateness = parsed.GetValue(lateness),
                FlushInterval = parsed.GetValue(flushInterval),
                ExchangeZone = parsed.GetValue(zone)!,
                UntilIdle = parsed.GetValue(untilIdle) is { Ticks: > 0 } quiet ? quiet : null,
                Once = parsed.GetValue(once),
                DrainTimeout = parsed.GetValue(drainTimeout),
            },
            parsed.GetValue(verbose)));
        return command;
    }

    private static async Task<int> RunAsync(ConsumerOptions options, bool verbose)
    {
        TimeProvider time = TimeProvider.System;
        await using IRecordStream stream = RecordStreams.Open(options.Stream, time);
        IObjectStore lake = ObjectStores.Open(options.Lake, time);
        using ILoggerFactory loggers = LoggerFactory.Create(builder => Logging.Configure(builder, verbose));
        var service = new ConsumerService(stream, lake, options, time, new Random(Environment.ProcessId), loggers);

        using var drain = new CancellationTokenSource();
        void Drain(PosixSignalContext signal)
        {
            signal.Cancel = true;
            drain.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Drain);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Drain);

        await using var progress = new RunProgress(service, options, time, Console.Error, isTerminal: !Console.IsErrorRedirected);
        await service.RunAsync(drain.Token);
        await progress.FinishAsync();
        return ExitCodes.Done;
    }

    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AppName();
}
