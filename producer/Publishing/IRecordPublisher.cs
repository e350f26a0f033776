namespace Streaming.Producer.Publishing;

/// <summary>Takes encoded records and brings them onto the stream, in order per key. Used by one replay at a time.</summary>
internal interface IRecordPublisher : IAsyncDisposable
{
    /// <summary>True if <see cref="MakeRoomAsync"/> is due before the next record.</summary>
    bool IsFull { get; }

    /// <summary>
    /// Records, in the order in which they were added, before the first that is not durable yet: however many after it are. May be asked
    /// from another thread, and after the end.
    /// </summary>
    long Acknowledged { get; }

    /// <summary>Takes a copy of one record; it leaves with the others of its batch. One that no stream can take is counted and left out.</summary>
    void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record);

    /// <summary>Waits until there is room for more.</summary>
    Task MakeRoomAsync(CancellationToken cancellation);

    /// <summary>Sends what was gathered although its batch is not full; it need not be through when this returns.</summary>
    Task SendGatheredAsync(CancellationToken cancellation);

    /// <summary>When it returns, everything is durable.</summary>
    Task FlushAsync(CancellationToken cancellation);
}
