// They wait for their processes most of the time.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
