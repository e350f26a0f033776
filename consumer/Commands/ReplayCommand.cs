using System.CommandLine;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Http;
using Streaming.Consumer.Operating;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer replay</c>: a range of the stream once more, into a lake of its own inside the lake.</summary>
internal static class ReplayCommand
{
    public static Command Create(ProgramSettings settings, Option<bool> verbose)
    {
        var application = new ApplicationOptions(settings);
        var eventTime = new EventTimeOptions(settings);
        var from = new CheckedOption<DateTimeOffset?>(settings, "--from", "first arrival time", "time", null, "an ISO 8601 time", OptionTexts.TryTime);
        var to = new CheckedOption<DateTimeOffset?>(settings, "--to", "arrival time to stop at", "time", null, "an ISO 8601 time", OptionTexts.TryTime);
        var revision = new CheckedOption<string>(
            settings, "--revision", "name of the result: it stands in <lake>/revisions/<name>", "name", null,
            "1 to 64 letters, digits, '.', '_' or '-'", OptionTexts.TryAppName);
        (from.Required, to.Required, revision.Required) = (true, true, true);
        var command = new Command(
            "replay", "Computes a range of the stream again, into a table of its own. The running application and its rows are not touched.")
        {
            from, to, revision,
        };
        application.AddTo(command);
        eventTime.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new ConsumerOptions
            {
                Stream = application.Stream(parsed),
                Lake = LakeLayout.Revision(application.Lake(parsed), revision.Read(parsed)!),
                AppName = application.AppName(parsed),
                Start = new StartPosition(StartKind.At, from.Read(parsed)!.Value),
                Once = true,
                OnceUntil = to.Read(parsed),
                Http = HttpEndpoint.Off,
                WorkerId = WorkerName.Fresh(),
            };
            if (options.Start.At > options.OnceUntil)
                throw new InvalidAddressException($"--from {options.Start.At:yyyy-MM-ddTHH:mm:ss.FFFFFFK} is after --to {options.OnceUntil:yyyy-MM-ddTHH:mm:ss.FFFFFFK}: nothing arrived between them.");
            using var signals = new DrainSignals();
            await using IRecordStream stream = application.OpenStream(parsed);
            IObjectStore lake = ObjectStores.Open(options.Lake, TimeProvider.System, application.Aws(parsed));
            return await RunAsync(stream, lake, eventTime.Apply(options, parsed), parsed.GetValue(verbose), signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(IRecordStream stream, IObjectStore lake, ConsumerOptions options, bool verbose, CancellationToken drain)
    {
        TimeProvider time = TimeProvider.System;
        // Fails here for a missing stream, before anything is written to the lake.
        await stream.DescribeAsync(drain);
        await Revision.Of(options).ClaimAsync(lake, drain);
        using ILoggerFactory loggers = LoggerFactory.Create(builder => Logging.Configure(builder, verbose));
        var service = new ConsumerService(stream, lake, options, time, new Random(Environment.ProcessId), loggers);
        await using var progress = new RunProgress(service, options, time, Logging.Progress("consumer.replay"), isTerminal: !Console.IsErrorRedirected);
        await service.RunAsync(drain);
        await progress.FinishAsync();
        await Console.Error.WriteLineAsync($"consumer: rows are in {options.Lake}; see: consumer query --lake {options.Lake}");
        return ExitCodes.OfRun(service.BooksNow, drain);
    }
}
