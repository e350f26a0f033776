// Twice as many as small machines have cores, because the tests of faults wait for pauses and time limits most of the time.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
