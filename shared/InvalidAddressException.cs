namespace Streaming.Shared;

/// <summary>The address of a stream or a store is not one that can be opened: a mistake in the settings, nothing was touched.</summary>
public sealed class InvalidAddressException(string message) : Exception(message);
