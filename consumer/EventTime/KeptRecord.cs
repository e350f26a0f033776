using Streaming.Shared.Streams;

namespace Streaming.Consumer.EventTime;

/// <summary>A record that goes to <c>late/</c> or <c>quarantine/</c>: its own copy of the bytes.</summary>
/// <param name="Ordinal">The n-th such record of its shard, from 0; it decides the object that takes the record.</param>
/// <param name="ArrivalMicros">Arrival time, UTC microseconds since 1970; null if the stream gave none.</param>
public sealed record KeptRecord(long Ordinal, SequenceNumber SequenceNumber, long? ArrivalMicros, string Reason, byte[] Data);
