using Streaming.Shared.Streams;

namespace Streaming.Consumer.Decoding;

/// <summary>Decodes one record. It throws only if it has a bug: a record that cannot be understood has its fault in the tick.</summary>
public delegate void RecordDecoder(in StreamRecord record, out DecodedTick tick);

/// <summary>
/// Owns: a batch of records to a batch of ticks and bad records, of which one that the decoder fails on is one too. Does not own:
/// what a record says.
/// </summary>
public sealed class BatchDecoder
{
    private readonly DecodedBatch _decoded = new();
    private readonly RecordDecoder _decode;

    // Made once: as arguments they would be made for each batch.
    private readonly RecordLoop _loop;
    private readonly Action<int, Exception> _fail;

    public BatchDecoder(RecordDecoder decode) => (_decode, _loop, _fail) = (decode, Decode, _decoded.Fail);

    /// <summary>Decodes a whole batch. The result is reused by the next call.</summary>
    public DecodedBatch Decode(RecordBatch records)
    {
        _decoded.Begin(records);
        RecordGuard.Run(records.Count, _loop, _fail);
        return _decoded;
    }

    private void Decode(ref int next, int end)
    {
        const int ahead = 8;
        RecordBatch records = _decoded.Records;
        for (; next < end; next++)
        {
            if (next + ahead < end) records.Prefetch(next + ahead);
            ref DecodedTick tick = ref _decoded.Place(next);
            _decode(records[next], out tick);
            _decoded.IgnoredValues += tick.IgnoredValues;
        }
    }
}
