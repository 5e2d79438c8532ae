using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace PPYolo.Tests.Unit.House;

/// <summary>
/// Damaged files in every reader: each is read or refused with a message, and nothing else happens. FsCheck makes up the damage and, where
/// it finds some that does harm, shrinks it. A short run here, a long one with PPYOLO_SOAK=1.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    private static int Runs => Environment.GetEnvironmentVariable("PPYOLO_SOAK") == "1" ? 20_000 : 300;

    public static TheoryData<string> Targets => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_damaged_file_is_read_or_refused(string target)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("mutant");
        var good = FuzzTargets.Good(target);
        var (read, refused) = (0, 0);
        var damage = ArbMap.Default.ArbFor<NonEmptyArray<Tuple<DoNotSize<uint>, byte, byte>>>();

        var property = Prop.ForAll(
            damage,
            edits =>
            {
                var bytes = edits.Item.Aggregate(good, Apply);
                File.WriteAllBytes(path, bytes);
                if (FuzzTargets.Read(target, path, bytes))
                {
                    read++;
                }
                else
                {
                    refused++;
                }

                return folder.Names() is ["mutant"];
            }
        );

        TestSeed.Current.Check(property, Runs, endSize: 4);
        output.WriteLine($"{target}: {read} damaged files were read, {refused} were refused");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_file_without_damage_is_read(string target)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("good");
        File.WriteAllBytes(path, FuzzTargets.Good(target));

        FuzzTargets.Read(target, path, FuzzTargets.Good(target)).Should().BeTrue();
    }

    private static byte[] Apply(byte[] bytes, Tuple<DoNotSize<uint>, byte, byte> edit)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        // Places all over the file: other numbers of FsCheck are small, and damage of the first bytes is all that a reader would see.
        var at = (int)(edit.Item1.Item % (uint)bytes.Length);
        var (kind, value) = (edit.Item2 % 6, edit.Item3);
        byte[] head = bytes[..at],
            tail = bytes[at..];
        return kind switch
        {
            0 => [.. head, value, .. tail[1..]],
            1 => [.. head, (byte)(tail[0] ^ (1 << (value % 8))), .. tail[1..]],
            2 => [.. head, .. tail[Math.Min(tail.Length, 1 + (value % 16))..]],
            3 => [.. head, value, .. tail],
            4 =>
            [
                .. head,
                .. Enumerable.Repeat((byte)(value < 128 ? 0xff : 0), Math.Min(8, tail.Length)),
                .. tail[Math.Min(8, tail.Length)..],
            ],
            _ => head,
        };
    }
}
