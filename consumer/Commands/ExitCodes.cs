using Streaming.Consumer.EventTime;
using Streaming.Consumer.Flushing;
using Streaming.Consumer.Progress;
using Streaming.Shared;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Shared.Settings;
using Streaming.Shared.Streams;

namespace Streaming.Consumer.Commands;

/// <summary>Exit codes and the errors behind them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BadUsage = 2;
    public const int Unreachable = 3;

    /// <summary>It ended well, and most ticks came too late to be in a row.</summary>
    public const int MostlyLate = 4;

    /// <summary>The exit code of a run without an error.</summary>
    /// <param name="drain">A run that was asked to stop did what it was asked.</param>
    public static int OfRun(in Books now, CancellationToken drain) => now.IsMostlyLate && !drain.IsCancellationRequested ? MostlyLate : Done;

    /// <summary>The exit code of an error that a user can act on; null for one that is a bug of ours.</summary>
    public static int? Of(Exception error) => error switch
    {
        InvalidAddressException or InvalidSettingException or StreamNotFoundException => BadUsage,
        StreamUnavailableException or StoreUnavailableException or AwsException => Unreachable,
        CheckpointRefusedException or ForeignObjectException or BrokenObjectException or StreamDataLossException or ParquetException or DrainTimeoutException
            or LostRaceException => Failed,
        _ => null,
    };
}
