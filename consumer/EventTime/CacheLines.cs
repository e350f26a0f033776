using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Streaming.Consumer.EventTime;

/// <summary>Hints to the processor, where .NET has them; nothing depends on them but time.</summary>
internal static class CacheLines
{
    private const int Bytes = 64;

    /// <summary>Has so many lines fetched, from the one of <paramref name="start"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(ref byte start, int count)
    {
        if (!Sse.IsSupported) return;
        // The address need not stay right: if the object is moved meanwhile, the wrong lines are fetched.
        byte* address = (byte*)Unsafe.AsPointer(ref start);
        for (int i = 0; i < count; i++) Sse.Prefetch0(address + (i * Bytes));
    }
}
