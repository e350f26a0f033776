using System.IO.Compression;
using System.Text;
using Streaming.Consumer.Decoding;
using Streaming.Consumer.EventTime;
using Streaming.Shared.Streams;

namespace Streaming.Tests.Unit.Decoding;

/// <summary>Field case r08: what is in a record that is no tick is said beside its bytes, where it can be seen.</summary>
public sealed class RecordShapeTests
{
    private const string Tick = """{"ticker":"A","timestamp":"2024-01-02T15:04:05Z","close":1}""";

    public static TheoryData<byte[], string> Shapes => new()
    {
        { [], RecordShape.Empty },
        { " \r\n"u8.ToArray(), RecordShape.Empty },
        { Aggregate(), RecordShape.Aggregate },
        { Gzip(), RecordShape.Gzip },
        { [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x3B, 1, 0], RecordShape.Zstd },
        { Encoding.Unicode.GetBytes(Tick), RecordShape.Utf16 },
        { Encoding.BigEndianUnicode.GetBytes(Tick), RecordShape.Utf16 },
        { [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Tick)], RecordShape.Utf16 },
        { [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Tick)], RecordShape.Utf16 },
        { Utf8(Tick + Tick), RecordShape.Several },
        { Utf8(Tick + "\n" + Tick + "\n"), RecordShape.Several },
        { Utf8("\ufeff" + Tick + "\n" + Tick), RecordShape.Several },
        { Utf8($"[{Tick},{Tick}]"), RecordShape.Array },
        { Utf8("[]"), RecordShape.Array },
        { Utf8("\"" + Tick.Replace("\"", "\\\"", StringComparison.Ordinal) + "\""), RecordShape.EncodedTwice },
        { Utf8("\"text\""), RecordShape.Scalar },
        { Utf8("null"), RecordShape.Scalar },
        { Utf8("12.5"), RecordShape.Scalar },
        { Utf8(Convert.ToBase64String(Utf8(Tick))), RecordShape.Base64OfJson },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void RecordThatIsNoJsonObject_SaysWhatItIs(byte[] data, string shape)
        => Assert.Equal($"{BadRecordReasons.NotJson}: {shape}", Decode(data).Fault);

    [Theory]
    [InlineData("{")]
    [InlineData("[1,")]
    [InlineData(Tick + " x")]
    [InlineData("{\"ticker\":\"A\"}}")]
    [InlineData("ticker,close")]
    [InlineData("A,1")]
    [InlineData("\"\\ud800\"")]
    public void RecordThatIsNothingKnown_SaysOnlyThat(string text) => Assert.Equal(BadRecordReasons.NotJson, Decode(Utf8(text)).Fault);

    [Fact]
    public void ByteOrderMarkBeforeAGoodObject_IsPassedOver()
    {
        DecodedTick tick = Decode(Utf8("\ufeff" + Tick));
        Assert.Null(tick.Fault);
        Assert.Equal(1, tick.Close);
        // The mark alone makes nothing good.
        Assert.Equal(BadRecordReasons.NotJson, Decode(Utf8("\ufeff" + Tick[..^1])).Fault);
        Assert.NotNull(Decode(Utf8("\ufeff\ufeff" + Tick)).Fault);
    }

    private static DecodedTick Decode(byte[] data)
    {
        var batch = new RecordBatch();
        batch.Add(SequenceNumber.FromUInt64(1), 1_704_240_000_000_000, data);
        new TickDecoder(new TickerTable(shard: null)).Decode(batch[0], out DecodedTick tick);
        return tick;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    // The magic, a protobuf message and its MD5, of which only the magic is looked at.
    private static byte[] Aggregate() => [0xF3, 0x89, 0x9A, 0xC2, 0x0A, 1, (byte)'A', 0x1A, 4, 8, 0, 0x1A, 0, .. new byte[16]];

    private static byte[] Gzip()
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest)) gzip.Write(Utf8(Tick));
        return output.ToArray();
    }
}
