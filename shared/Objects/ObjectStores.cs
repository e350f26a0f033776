namespace Streaming.Shared.Objects;

/// <summary>From an address to its store.</summary>
public static class ObjectStores
{
    /// <summary>Opens a folder. Nothing is touched yet: <see cref="IObjectStore.CheckWritableAsync"/> shows whether it can be used.</summary>
    /// <exception cref="InvalidAddressException">The address is none that a store here answers to.</exception>
    public static IObjectStore Open(string address, TimeProvider time)
    {
        if (string.IsNullOrWhiteSpace(address) || address.Contains('\0', StringComparison.Ordinal))
            throw new InvalidAddressException("The store's address is empty or not a path. Give a folder, for instance ./data/lake.");
        if (address.StartsWith("s3://", StringComparison.OrdinalIgnoreCase))
            throw new InvalidAddressException($"{address}: S3 cannot be used yet. Give a folder, for instance ./data/lake.");
        if (address.Contains("://", StringComparison.Ordinal))
            throw new InvalidAddressException($"{address}: not a known kind of store. Give a folder, for instance ./data/lake.");
        return new LocalObjectStore(address, time);
    }
}
