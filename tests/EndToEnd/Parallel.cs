// They wait for their processes most of the time.
[assembly: Xunit.v3.Parallelization(MaxThreads = 6)]
