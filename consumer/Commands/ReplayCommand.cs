using System.CommandLine;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Operating;
using Streaming.Shared;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Hosting;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary><c>consumer replay</c>: a range of the stream once more, into a lake of its own inside the lake.</summary>
internal static class ReplayCommand
{
    public static Command Create(CommandContext context, Option<bool> verbose)
    {
        var application = new ApplicationOptions();
        var eventTime = new EventTimeOptions();
        var from = new ValueOption<DateTimeOffset?>("--from", "first arrival time", "time", OptionValues.Time) { Required = true };
        var to = new ValueOption<DateTimeOffset?>("--to", "arrival time to stop at", "time", OptionValues.Time) { Required = true };
        var revision = new ValueOption<string>("--revision", "name of the result: it stands in <lake>/revisions/<name>", "name", OptionValues.Name) { Required = true };
        var command = new Command(
            "replay", "Computes a range of the stream again, into a table of its own. The running application and its rows are not touched.")
        {
            from, to, revision,
        };
        application.AddTo(command);
        eventTime.AddTo(command);
        command.SetAction(async (parsed, drain) =>
        {
            ConsumerOptions source = application.Read(parsed);
            ConsumerOptions options = source with
            {
                Lake = LakeLayout.Revision(source.Lake, revision.Read(parsed)!),
                Start = new StartPosition(StartKind.At, from.Read(parsed)!.Value),
                Once = true,
                OnceUntil = to.Read(parsed),
                Http = HttpEndpoint.Off,
                WorkerId = RunCommand.WorkerId(context),
            };
            if (options.Start.At > options.OnceUntil)
                throw new UsageException($"--from {options.Start.At:yyyy-MM-ddTHH:mm:ss.FFFFFFK} is after --to {options.OnceUntil:yyyy-MM-ddTHH:mm:ss.FFFFFFK}: nothing arrived between them.");
            await using IRecordStream stream = application.OpenStream(parsed);
            IObjectStore lake = ObjectStores.Open(options.Lake, TimeProvider.System, application.Aws(parsed));
            return await RunAsync(context.Error, stream, lake, eventTime.Apply(options, parsed), parsed.GetValue(verbose), drain);
        });
        return command;
    }

    private static async Task<int> RunAsync(TextWriter error, IRecordStream stream, IObjectStore lake, ConsumerOptions options, bool verbose, CancellationToken drain)
    {
        TimeProvider time = TimeProvider.System;
        // Fails here for a missing stream, before anything is written to the lake.
        await stream.DescribeAsync(drain);
        await Revision.Of(options).ClaimAsync(lake, drain);
        using ILoggerFactory loggers = ProgramLog.Create(verbose);
        var service = new ConsumerService(stream, lake, options, time, new Random(Environment.ProcessId), loggers);
        await using var progress = new RunProgress(service, options, time, ProgramLog.Progress("consumer.replay"), isTerminal: !Console.IsErrorRedirected);
        await service.RunAsync(drain);
        await progress.FinishAsync();
        await error.WriteLineAsync($"consumer: rows are in {options.Lake}; see: consumer query --lake {options.Lake}");
        return RunCommand.CodeOf(service.BooksNow, drain);
    }
}
