namespace PPYolo.Peers.Measuring;

/// <summary>Measures contestants in turn, a round of each after the other, so that all see the same load of the machine.</summary>
internal static class Contest
{
    public static IReadOnlyList<Measurement> Run(int rounds, params IReadOnlyList<Contestant> contestants)
    {
        var children = new List<ChildProcess>();
        try
        {
            // One after the other: a warm-up beside another would be measured as slow, and repeat too rarely.
            foreach (var contestant in contestants)
            {
                children.Add(new ChildProcess(contestant));
                children[^1].AwaitReady();
            }

            var times = children.ConvertAll(_ => new List<RoundTime>());
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < children.Count; i++)
                {
                    times[i].Add(children[i].Round());
                }
            }

            return
            [
                .. children.Select(
                    (child, i) =>
                    {
                        var (before, peak) = child.Memory();
                        return new Measurement(contestants[i].Name, times[i], before, peak);
                    }
                ),
            ];
        }
        finally
        {
            children.ForEach(child => child.Dispose());
        }
    }
}
