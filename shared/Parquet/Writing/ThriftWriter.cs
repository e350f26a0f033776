using System.Text;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>
/// Thrift's compact protocol, as far as Parquet's structs need it. Fields must come in ascending order of their ids, because a field's
/// header holds the distance to the one before.
/// </summary>
internal sealed class ThriftWriter(PooledBuffer output)
{
    private const byte Yes = 1;
    private const byte No = 2;
    private const byte Int32Type = 5;
    private const byte Int64Type = 6;
    private const byte BinaryType = 8;
    private const byte ListType = 9;
    private const byte StructType = 12;

    // Parquet's metadata nests less deep than this.
    private readonly int[] _outerIds = new int[12];
    private int _depth;
    private int _lastId;

    public void Bool(int id, bool value) => Header(id, value ? Yes : No);

    public void Int32(int id, int value)
    {
        Header(id, Int32Type);
        Zigzag(value);
    }

    public void Int64(int id, long value)
    {
        Header(id, Int64Type);
        Zigzag(value);
    }

    public void Binary(int id, ReadOnlySpan<byte> value)
    {
        Header(id, BinaryType);
        output.AppendVarint((ulong)value.Length);
        output.Append(value);
    }

    public void Text(int id, string value)
    {
        Header(id, BinaryType);
        TextItem(value);
    }

    /// <summary>A one-byte integer, whose type the protocol numbers 3.</summary>
    public void Byte(int id, byte value)
    {
        Header(id, 3);
        output.Append(value);
    }

    public void BeginStruct(int id)
    {
        Header(id, StructType);
        BeginStructItem();
    }

    /// <summary>A struct as an item of a list, or the outermost one.</summary>
    public void BeginStructItem()
    {
        _outerIds[_depth++] = _lastId;
        _lastId = 0;
    }

    public void EndStruct()
    {
        output.Append(0);
        _lastId = _outerIds[--_depth];
    }

    /// <summary>A struct without fields: the members of Thrift unions that say all by their id.</summary>
    public void EmptyStruct(int id)
    {
        BeginStruct(id);
        EndStruct();
    }

    public void BeginStructList(int id, int count) => BeginList(id, StructType, count);

    public void BeginInt32List(int id, int count) => BeginList(id, Int32Type, count);

    public void BeginTextList(int id, int count) => BeginList(id, BinaryType, count);

    public void Int32Item(int value) => Zigzag(value);

    public void TextItem(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        output.AppendVarint((ulong)length);
        Encoding.UTF8.GetBytes(value, output.Reserve(length));
    }

    private void BeginList(int id, byte itemType, int count)
    {
        Header(id, ListType);
        output.Append((byte)((Math.Min(count, 15) << 4) | itemType));
        if (count >= 15) output.AppendVarint((ulong)count);
    }

    private void Header(int id, byte type)
    {
        output.Append((byte)(((id - _lastId) << 4) | type));
        _lastId = id;
    }

    private void Zigzag(long value) => output.AppendVarint((ulong)((value << 1) ^ (value >> 63)));
}
