namespace Streaming.Producer;

/// <summary>The command or its settings are wrong and nothing was sent: exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>The replay cannot go on: exit code 1.</summary>
public sealed class ReplayException(string message) : Exception(message);
