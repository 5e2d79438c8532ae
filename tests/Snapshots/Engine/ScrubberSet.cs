using System.Text;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Scrubbers in the order they run in, each for all text or for one extension.</summary>
internal sealed class ScrubberSet
{
    private readonly List<(string? Extension, Action<StringBuilder> Scrub)> scrubbers = [];

    public void Add(string? extension, Action<StringBuilder> scrubber, ScrubberLocation location) =>
        scrubbers.Insert(location == ScrubberLocation.First ? 0 : scrubbers.Count, (extension, scrubber));

    public void CopyFrom(ScrubberSet other) => scrubbers.AddRange(other.scrubbers);

    public IEnumerable<Action<StringBuilder>> ForAll() => scrubbers.Where(entry => entry.Extension is null).Select(entry => entry.Scrub);

    public IEnumerable<Action<StringBuilder>> For(string extension) =>
        scrubbers.Where(entry => entry.Extension == extension).Select(entry => entry.Scrub);
}
