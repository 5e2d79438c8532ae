using PPYolo.Align;
using PPYolo.Align.Formats;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>Of whatever lists and dicts a program saves, every tensor is read, named as left out, or the file is refused.</summary>
public sealed class NothingSkippedTests : IDisposable
{
    private static readonly string[] Keys = ["model", "state_dict", "net", "ema", "optimizer", "epoch", "w", "b", "generator", "scale"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_tensor_of_a_file_is_accounted_for()
    {
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < 400; seed++)
        {
            var tensors = new List<(string Path, float Value)>();
            var random = new Random(seed);
            var path = Saved.File(folder, "a.pth", Tree(random, "", 0, tensors));
            var key = tensors.Count > 0 && seed % 2 == 0 ? Key(random, tensors[random.Next(tensors.Count)].Path) : null;
            try
            {
                using var content = TensorFile.ReadContent(path, key);
                var values = content.Tensors.Select(pair => pair.Value.As<float>()[0]).ToHashSet();
                foreach (var (place, value) in tensors)
                {
                    var named = content.LeftOut.Any(entry =>
                        place == entry.Name || place.StartsWith(entry.Name + "/", StringComparison.Ordinal)
                    );
                    (values.Contains(value) ^ named).Should().BeTrue("seed {0}: {1} is read or named, and not both", seed, place);
                }

                read++;
            }
            catch (AlignException error)
            {
                error.Message.Should().Contain(tensors.Count == 0 ? "state_dict" : "--key", $"seed {seed}");
                refused++;
            }
        }

        read.Should().BeGreaterThan(50);
        refused.Should().BeGreaterThan(50);
    }

    /// <summary>A tensor's place, or one above it.</summary>
    private static string Key(Random random, string path)
    {
        var parts = path.Split('/');
        return string.Join('/', parts[..random.Next(1, parts.Length + 1)]);
    }

    /// <summary>Each tensor's first element is its own.</summary>
    private static PickleValue Tree(Random random, string path, int depth, List<(string Path, float Value)> tensors)
    {
        if (depth > 0 && (depth == 4 || random.Next(2) == 0))
        {
            if (random.Next(4) == 0)
            {
                return random.Next(2) == 0 ? 7L : PickleValue.None;
            }

            tensors.Add((path, tensors.Count + 1));
            return random.Next(3) == 0 ? Saved.Number(tensors.Count) : Saved.Tensor([tensors.Count, .. new float[random.Next(6)]]);
        }

        var names = Keys.OrderBy(_ => random.Next()).Take(random.Next(1, 5)).ToList();
        var list = depth > 0 && random.Next(5) == 0;
        var items = names
            .Select((name, index) => list ? $"{index}" : name)
            .Select(name => (name, Tree(random, path.Length == 0 ? name : $"{path}/{name}", depth + 1, tensors)))
            .ToList();
        return list
            ? PickleValue.List(items.Select(item => item.Item2))
            : PickleValue.Dict(items.Select(item => ((PickleValue)item.name, item.Item2)));
    }
}
