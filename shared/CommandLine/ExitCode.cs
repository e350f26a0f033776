using Streaming.Shared.Streams;

namespace Streaming.Shared.CommandLine;

/// <summary>What a process tells its caller; the same of all programs.</summary>
public static class ExitCode
{
    /// <summary>Done; a service: drained after SIGTERM or Ctrl-C.</summary>
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>Bad usage or settings; nothing was touched.</summary>
    public const int Usage = 2;

    /// <summary>Something outside cannot be reached, or access was denied.</summary>
    public const int Unreachable = 3;

    /// <summary>Ended well, but not all of the input is in the result: refused rows or files (<c>--strict</c>), or ticks most of which came too late.</summary>
    public const int Incomplete = 4;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM. What was done stopped as cleanly as with Ctrl-C.</summary>
    public const int Terminated = 143;

    /// <summary>The exit code of an error that a user can act on, whose message says how; null for one that is a bug of ours.</summary>
    public static int? Of(Exception error) => error switch
    {
        UsageException or StreamNotFoundException or ReshardRefusedException => Usage,
        UnavailableException => Unreachable,
        ActionableException or IOException or UnauthorizedAccessException => Failed,
        OperationCanceledException => Interrupted,
        _ => null,
    };
}
