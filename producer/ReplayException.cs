using Streaming.Shared;

namespace Streaming.Producer;

/// <summary>The replay cannot go on: exit code 1.</summary>
public sealed class ReplayException(string message) : ActionableException(message);
