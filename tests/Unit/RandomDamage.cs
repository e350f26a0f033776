namespace Streaming.Tests.Unit;

/// <summary>Copies of texts that were changed at random: half of the copies are damaged, half only have other characters of the same kind.</summary>
/// <param name="telling">Bytes that mean something where they stand, in place of which others are put.</param>
internal sealed class RandomDamage(Random random, string telling)
{
    /// <summary>A copy with one to three changes.</summary>
    /// <param name="vary">Puts something else where it may well be right.</param>
    /// <param name="place">Where to damage; anywhere if null.</param>
    public byte[] Change(byte[] whole, Action<List<byte>> vary, Func<List<byte>, int>? place = null)
    {
        List<byte> bytes = [.. whole];
        bool isDamage = random.Next(2) == 0;
        for (int i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            if (isDamage) Damage(bytes, place?.Invoke(bytes) ?? random.Next(bytes.Count));
            else vary(bytes);
        }

        return [.. bytes];
    }

    private void Damage(List<byte> bytes, int at)
    {
        int length = Math.Min(random.Next(1, random.Next(2, 60)), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 3:
                bytes.Insert(at, AnyByte());
                break;
            case 4:
                bytes.RemoveAt(at);
                break;
            default:
                bytes[at] = AnyByte();
                break;
        }
    }

    private byte AnyByte() => random.Next(3) == 0 ? (byte)random.Next(256) : (byte)telling[random.Next(telling.Length)];
}
