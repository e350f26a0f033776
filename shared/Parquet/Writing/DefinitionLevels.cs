using System.Buffers;

namespace Streaming.Shared.Parquet.Writing;

/// <summary>Which rows of an optional column have a value: level 1 where there is one, 0 at nulls; before the values of a page.</summary>
internal static class DefinitionLevels
{
    /// <param name="isNull">A mark per row, or empty if no row is null.</param>
    public static void Append(PooledBuffer output, ReadOnlySpan<bool> isNull, int count)
    {
        int start = output.Length;
        output.Reserve(sizeof(int));
        if (isNull.Contains(true)) AppendMixed(output, isNull);
        else RunEncoder.AppendRun(output, value: 1, count, bitWidth: 1);
        output.Patch(start, output.Length - start - sizeof(int));
    }

    private static void AppendMixed(PooledBuffer output, ReadOnlySpan<bool> isNull)
    {
        int[] levels = ArrayPool<int>.Shared.Rent(isNull.Length);
        for (int i = 0; i < isNull.Length; i++) levels[i] = isNull[i] ? 0 : 1;
        RunEncoder.Append(output, levels.AsSpan(0, isNull.Length), bitWidth: 1);
        ArrayPool<int>.Shared.Return(levels);
    }
}
