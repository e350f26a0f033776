using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Streaming.Consumer.Catalog;
using Streaming.Shared;
using Streaming.Shared.Aws;

namespace Streaming.Consumer.Commands;

/// <summary>The catalog beside a run: it registers while the run goes on, and what is left at its end within the drain's time.</summary>
internal sealed class CatalogRun : IAsyncDisposable
{
    private readonly AwsJsonClient _aws;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort;
    private readonly TimeSpan _drainTimeout;
    private readonly Task _registering;

    private CatalogRun(ConsumerOptions options, AwsSettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        (_aws, GlueTable table) = Open(options.Lake, settings, time);
        _drainTimeout = options.DrainTimeout;
        _abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Registrar = new PartitionRegistrar(table, time, loggers.CreateLogger("consumer.catalog"));
        _registering = Registrar.RunAsync(_stop.Token, _abort.Token);
    }

    public PartitionRegistrar Registrar { get; }

    /// <summary>Null without <c>--catalog glue</c>.</summary>
    /// <exception cref="UsageException">The lake is none that Athena could read, or AWS is not set up.</exception>
    public static CatalogRun? Start(ConsumerOptions options, AwsSettings settings, TimeProvider time, ILoggerFactory loggers)
        => options.Catalog == CatalogKind.Glue ? new CatalogRun(options, settings, time, loggers) : null;

    /// <summary>The table in Glue of a lake, and the client to be disposed after it.</summary>
    /// <exception cref="UsageException">The lake is none that Athena could read, or AWS is not set up.</exception>
    public static (AwsJsonClient Aws, GlueTable Table) Open(string lake, AwsSettings settings, TimeProvider time)
    {
        if (!lake.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--lake {lake}: the Glue catalog is for lakes on S3, because Athena reads no others. Give s3://bucket/prefix.");
        var aws = new AwsJsonClient(AwsService.Glue, settings, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
        return (aws, new GlueTable(aws, lake));
    }

    /// <summary>Registers what is left. To be called once nothing is written any more.</summary>
    public async Task FinishAsync()
    {
        _abort.CancelAfter(_drainTimeout);
        _stop.Cancel();
        await _registering;
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        _aws.Dispose();
        _stop.Dispose();
        _abort.Dispose();
    }
}
