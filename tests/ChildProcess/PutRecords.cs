using System.Text;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;

namespace Streaming.Tests.ChildProcess;

/// <summary>Puts records <c>key:number</c> in batches of 1 to 40, until it is done, killed, or the stream fails (exit code 3).</summary>
internal static class PutRecords
{
    public static async Task<int> RunAsync(string folder, string key, int first, int batches, long? segmentBytes = null)
    {
        LocalStreamOptions? options = segmentBytes is null ? null : new LocalStreamOptions { SegmentBytes = segmentBytes.Value };
        await using var stream = new LocalStream(folder, TimeProvider.System, () => throw new InvalidOperationException("No stream is made here."), options);
        var random = new Random(first);
        var batch = new PutBatch();
        int next = first;
        for (int i = 0; i < batches; i++)
        {
            batch.Clear();
            for (int count = random.Next(1, 41); count > 0; count--)
                batch.Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{key}:{next++}:{Noise(random)}"));
            try
            {
                await stream.PutAsync(batch, CancellationToken.None);
            }
            catch (StreamUnavailableException e)
            {
                Console.Error.WriteLine(e.Message);
                return 3;
            }

            // Printed after the acknowledgement: what the test has read here must be in the stream, whatever happens next.
            Console.WriteLine(next - 1);
        }

        return 0;
    }

    // What no compression makes small, so that a kill falls into frames of several pages.
    private static string Noise(Random random) => string.Create(random.Next(2000), random, (letters, source) => source.GetItems("abcdefghijklmnopqrstuvwxyz", letters));
}
