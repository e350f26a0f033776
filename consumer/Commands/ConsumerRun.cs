using Microsoft.Extensions.Logging;
using Streaming.Consumer.EventTime;
using Streaming.Consumer.Live;
using Streaming.Shared.Aws;
using Streaming.Shared.Hosting;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary>One run of a worker with all that a user sees of it: log and figures on stderr, the live page, health and metrics.</summary>
public static class ConsumerRun
{
    /// <returns>What became of the records that this run read.</returns>
    /// <inheritdoc cref="ConsumerService.RunAsync"/>
    public static async Task<Books> RunAsync(ConsumerOptions options, AwsSettings aws, bool verbose, CancellationToken drain)
    {
        TimeProvider time = TimeProvider.System;
        await using IRecordStream stream = RecordStreams.Open(options.Stream, time, aws);
        IObjectStore lake = ObjectStores.Open(options.Lake, time, aws);
        LiveBoard? board = options.Http.Address is null ? null : new LiveBoard(time);
        using ILoggerFactory loggers = ProgramLog.Create(verbose, board is null ? null : new ProblemLoggerProvider(board.Problems));
        await using CatalogRun? catalog = CatalogRun.Start(options, aws, time, loggers);
        var service = new ConsumerService(stream, lake, options, time, new Random(Environment.ProcessId), loggers, catalog?.Registrar) { Live = board };

        await using var progress = new RunProgress(service, options, time, ProgramLog.Progress("consumer.run"), isTerminal: !Console.IsErrorRedirected);
        await using var telemetry = RunTelemetry.Start(service, stream, lake, options, aws.Activity, time, loggers);
        await service.RunAsync(drain);
        if (catalog is not null) await catalog.FinishAsync();
        await progress.FinishAsync();
        return service.BooksNow;
    }
}
