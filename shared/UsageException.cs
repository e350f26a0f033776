namespace Streaming.Shared;

/// <summary>
/// An error that whoever runs the program can act on: its message says what failed and what to do, and is shown without a stack trace. Any
/// other exception is a bug of ours.
/// </summary>
public abstract class ActionableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>An argument, an option, a setting or an address is wrong or names nothing that is there; nothing was touched.</summary>
public sealed class UsageException(string message) : ActionableException(message);
