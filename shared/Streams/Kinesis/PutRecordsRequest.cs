using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;

namespace Streaming.Shared.Streams.Kinesis;

/// <summary>The body of a PutRecords, written straight from a <see cref="PutBatch"/> into a buffer that is used again.</summary>
internal sealed class PutRecordsRequest(string streamName)
{
    // What JSON takes as it is, of those bytes that keys are made of.
    private static readonly SearchValues<byte> PlainBytes
        = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Where(b => b is not ('"' or '\\')).Select(b => (byte)b)]);

    private readonly byte[] _head = System.Text.Encoding.ASCII.GetBytes($"{{\"StreamName\":\"{streamName}\",\"Records\":[");
    private byte[] _body = new byte[64 * 1024];
    private int _length;

    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _length);

    public void Write(PutBatch batch)
    {
        _length = 0;
        int size = LongestOf(batch);
        if (size > _body.Length) _body = new byte[Math.Max(size, _body.Length * 2)];
        Write(_head);
        for (int i = 0; i < batch.Count; i++)
        {
            Write(i == 0 ? "{\"Data\":\""u8 : ",{\"Data\":\""u8);
            Base64.EncodeToUtf8(batch.Data(i), _body.AsSpan(_length), out _, out int written);
            _length += written;
            Write("\",\"PartitionKey\":\""u8);
            WriteKey(batch.Key(i));
            Write("\"}"u8);
        }

        Write("]}"u8);
    }

    private int LongestOf(PutBatch batch)
    {
        const int namesAndBase64Rest = 40;
        const int bytesOfAnEscapedByte = 6;
        int keys = 0;
        for (int i = 0; i < batch.Count; i++) keys += batch.Key(i).Length;
        return _head.Length + (batch.Bytes / 3 * 4) + (keys * bytesOfAnEscapedByte) + (batch.Count * namesAndBase64Rest) + namesAndBase64Rest;
    }

    private void WriteKey(ReadOnlySpan<byte> key)
    {
        if (!key.ContainsAnyExcept(PlainBytes))
        {
            Write(key);
            return;
        }

        JavaScriptEncoder.Default.EncodeUtf8(key, _body.AsSpan(_length), out _, out int written);
        _length += written;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_body.AsSpan(_length));
        _length += bytes.Length;
    }
}
