using System.Text;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>Writes Thrift's compact protocol, field by field in ascending order, right or deliberately wrong.</summary>
internal sealed class CompactThrift
{
    public const int List = 9, Struct = 12;

    private readonly List<byte> _bytes = [];
    private int _lastId;

    public static byte[] Of(Action<CompactThrift> fields)
    {
        CompactThrift thrift = new();
        fields(thrift);
        thrift._bytes.Add(0);
        return [.. thrift._bytes];
    }

    public CompactThrift Bool(int id, bool value) => Head(id, value ? 1 : 2);

    public CompactThrift Byte(int id, byte value) => Head(id, 3).Raw(value);

    public CompactThrift Int32(int id, int value) => Head(id, 5).Raw(Varint(ZigZag(value)));

    public CompactThrift Int64(int id, long value) => Head(id, 6).Raw(Varint(ZigZag(value)));

    public CompactThrift Binary(int id, byte[] value) => Head(id, 8).Raw(Varint((ulong)value.Length)).Raw(value);

    public CompactThrift Text(int id, string value) => Binary(id, Encoding.UTF8.GetBytes(value));

    public CompactThrift Sub(int id, Action<CompactThrift> fields) => Head(id, Struct).Raw(Of(fields));

    public CompactThrift Subs(int id, IEnumerable<byte[]> structs)
    {
        byte[][] all = [.. structs];
        return Head(id, List).Raw((15 << 4) | Struct).Raw(Varint((ulong)all.Length)).Raw([.. all.SelectMany(bytes => bytes)]);
    }

    public CompactThrift Head(int id, int type)
    {
        Raw((byte)(((id - _lastId) << 4) | type));
        _lastId = id;
        return this;
    }

    public CompactThrift Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
