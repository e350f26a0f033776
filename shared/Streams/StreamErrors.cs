namespace Streaming.Shared.Streams;

/// <summary>There is no stream at the address.</summary>
public sealed class StreamNotFoundException(string address)
    : ActionableException($"There is no stream at {address}. Create it with: producer replay ... --stream {address} --create-stream");

/// <summary>The stream's place cannot be reached, read or written.</summary>
public sealed class StreamUnavailableException(string message, Exception? cause = null) : UnavailableException(message, cause);

/// <summary>Records that should be there are gone: a gap, a trimmed position, damage inside the log. Never skipped silently.</summary>
public sealed class StreamDataLossException(string message, Exception? cause = null) : ActionableException(message, cause);

/// <summary>Shards cannot be split or merged as was asked; the stream is as it was.</summary>
public sealed class ReshardRefusedException(string message, Exception? cause = null) : ActionableException(message, cause);
