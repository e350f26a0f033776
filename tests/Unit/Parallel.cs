// Twice as many as small machines have cores, because the tests of faults wait for pauses and time limits most of the time.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
