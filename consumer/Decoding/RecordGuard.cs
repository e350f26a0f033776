namespace Streaming.Consumer.Decoding;

/// <summary>Does something to the records from <paramref name="next"/> to before <paramref name="end"/>, in order, and moves <paramref name="next"/> along.</summary>
internal delegate void RecordLoop(ref int next, int end);

/// <summary>
/// Owns: that a record on which the program fails, which is a bug, stops neither its batch nor its shard. Does not own: what
/// becomes of that record.
/// </summary>
internal static class RecordGuard
{
    /// <summary>Runs a loop over a batch. A record on which it throws is tried once more, alone, and then given to <paramref name="failed"/>.</summary>
    /// <param name="loop">Must have done nothing to a record on which it throws. It is called once as long as none throws, so guarding costs nothing.</param>
    public static void Run(int count, RecordLoop loop, Action<int, Exception> failed)
    {
        int next = 0;
        while (next < count)
        {
            try
            {
                loop(ref next, count);
            }
            catch (Exception failure) when (IsOfTheRecord(failure))
            {
                TryAgain(ref next, loop, failed);
            }
        }
    }

    private static void TryAgain(ref int next, RecordLoop loop, Action<int, Exception> failed)
    {
        try
        {
            loop(ref next, next + 1);
        }
        catch (Exception failure) when (IsOfTheRecord(failure))
        {
            failed(next++, failure);
        }
    }

    // Lack of memory says nothing about a record: it ends the run, and the next one goes on from the checkpoint.
    private static bool IsOfTheRecord(Exception failure) => failure is not OutOfMemoryException;
}
