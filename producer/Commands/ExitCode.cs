namespace Streaming.Producer.Commands;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>Bad usage or settings; nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>The stream cannot be reached, or access was denied.</summary>
    public const int Unreachable = 3;

    /// <summary>Finished, but rows or files were refused (<c>--strict</c>).</summary>
    public const int Rejected = 4;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM. The replay stopped as cleanly as with Ctrl-C.</summary>
    public const int Terminated = 143;
}
