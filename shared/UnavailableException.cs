namespace Streaming.Shared;

/// <summary>Something outside cannot be reached, read or written, or refused access; it may be tried again later.</summary>
public abstract class UnavailableException(string message, Exception? cause = null) : ActionableException(message, cause);
