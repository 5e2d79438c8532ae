using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>
/// Damages every fixture in every place: a reader gives tensors or an <see cref="AlignException"/>, and nothing else. The damage is the
/// same in every run.
/// </summary>
public class MutationTests
{
    private const int Mutations = 4000;

    // The largest hostile file is the same opcode over and over: there a few places stand for all.
    private const int LargeFile = 10_000;
    private const int LargeFileRounds = 250;

    // What no fixture has: the formats as they are written here.
    private static Dictionary<string, Func<string, Action<NamedTensors>>> Written { get; } =
        new()
        {
            ["written.safetensors"] = path => tensors => TensorFile.Write(path, tensors),
            ["written.pth"] = path => tensors => TensorFile.Write(path, tensors),
            ["written.zip64.npz"] = path => tensors => Npz.Write(path, tensors, compress: false, alwaysZip64: true),
            ["written.checkpoint.pth"] = path =>
                tensors => new Checkpoint(3, tensors, PickleValue.Dict(("state", PickleValue.List(1L, 2.0, true, "x")))).Write(path),
        };

    public static TheoryData<string> Files { get; } = [.. Names(), .. Written.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_cut_at_any_byte_is_read_or_refused(string name)
    {
        var bytes = Load(name);
        var step = bytes.Length > LargeFile ? bytes.Length / LargeFileRounds : 1;
        for (var length = 0; length < bytes.Length; length += step)
        {
            Read(bytes[..length], $"{name} cut at {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_with_any_damage_is_read_or_refused(string name)
    {
        var bytes = Load(name);
        var random = new Random(20);
        var rounds =
            bytes.Length == 0 ? 0
            : bytes.Length > LargeFile ? LargeFileRounds
            : Mutations;
        for (var round = 0; round < rounds; round++)
        {
            Read(Mutate(bytes, random), $"{name}, mutation {round}");
        }
    }

    private static IEnumerable<string> Names() =>
        Directory
            .GetFiles(Fixture.Folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Fixture.Folder, path))
            .Where(name => !name.EndsWith(".json", StringComparison.Ordinal) && !name.EndsWith(".md", StringComparison.Ordinal))
            .Where(name => !name.EndsWith("bomb.npz", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static byte[] Load(string name)
    {
        if (!Written.TryGetValue(name, out var write))
        {
            return File.ReadAllBytes(Fixture.PathOf(name));
        }

        using var folder = new TemporaryFolder();
        write(folder.File(name))(Samples.OfTypes(ElementType.Float32, ElementType.UInt16));
        return File.ReadAllBytes(folder.File(name));
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var at = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    // The values at which lengths and signs turn.
                    var edge = new byte[] { 0, 1, 0x7f, 0x80, 0xff }[random.Next(5)];
                    bytes.AsSpan(at, Math.Min(random.Next(1, 9), bytes.Length - at)).Fill(edge);
                    break;
                case 3:
                    var from = random.Next(bytes.Length);
                    var length = Math.Min(random.Next(1, 64), bytes.Length - Math.Max(from, at));
                    bytes.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                    break;
                case 4:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length - 1, at + random.Next(1, 16))..]];
                    break;
                default:
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }

    private static void Read(byte[] bytes, string what)
    {
        try
        {
            using var tensors = TensorFormat.Read(new ByteSource(bytes, "mutant"), "mutant");
            foreach (var (_, tensor) in tensors.Tensors)
            {
                tensor.Bytes.Span.IndexOf((byte)1);
            }
        }
        catch (AlignException error)
        {
            Assert.NotEmpty(error.Message);
        }
        catch (Exception error)
        {
            Assert.Fail($"{what}: {error}");
        }
    }
}
