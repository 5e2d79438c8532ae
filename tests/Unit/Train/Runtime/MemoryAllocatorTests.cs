using System.Diagnostics;
using System.Text;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Unit.Train.Runtime;

public class MemoryAllocatorTests
{
    // The loader says so of a library that it cannot preload, and goes on without.
    private const string Complaint = "object '/no/such-allocator.so' from LD_PRELOAD";

    [Fact]
    public void Tcmalloc_is_taken_before_jemalloc_and_the_first_folder_before_others()
    {
        string[] there = ["/a/libjemalloc.so.2", "/a/libtcmalloc.so.4", "/b/libtcmalloc_minimal.so.4", "/c/libtcmalloc_minimal.so.4"];

        MemoryAllocator.Choose(null, ["/a", "/b", "/c"], there.Contains).Should().Be("/b/libtcmalloc_minimal.so.4");
        MemoryAllocator.Choose("", ["/a"], there.Contains).Should().Be("/a/libtcmalloc.so.4");
        MemoryAllocator.Choose(null, ["/d"], there.Contains).Should().BeNull();
    }

    [Fact]
    public void A_wish_comes_first()
    {
        MemoryAllocator.Choose("system", ["/a"], _ => true).Should().BeNull();
        MemoryAllocator.Choose("/x/libmimalloc.so", ["/a"], _ => false).Should().Be("/x/libmimalloc.so");
    }

    [Fact]
    public void A_command_line_keeps_its_arguments()
    {
        var split = MemoryAllocator.Split("dotnet\0ppyolo.dll\0\0a b\0é\0"u8);

        split.Select(part => Encoding.UTF8.GetString(part)).Should().Equal("dotnet\0", "ppyolo.dll\0", "\0", "a b\0", "é\0");
    }

    [SkippableFact]
    public async Task The_program_begins_anew_with_the_allocator_and_its_arguments()
    {
        var (exitCode, output, error) = await Run(null, "/no/such-allocator.so", "train", "--config", "no such é", "--out", "");

        // The loader complains in the process that was begun anew, before the program says what is wrong with its arguments.
        error.Should().StartWith("ERROR: ld.so: " + Complaint);
        error.Should().Contain("no such é");
        output.Should().BeEmpty();
        exitCode.Should().Be(2);
    }

    [SkippableFact]
    public async Task Commands_without_a_network_do_not_begin_anew()
    {
        var (exitCode, output, error) = await Run(null, "/no/such-allocator.so", "diff", "--help");

        (exitCode, error).Should().Be((0, ""));
        output.Should().Contain("Usage");
    }

    [SkippableFact]
    public async Task A_preload_of_the_user_is_left_alone()
    {
        var (exitCode, _, error) = await Run("/no/other.so", "/no/such-allocator.so", "train", "--help");

        exitCode.Should().Be(0);
        error.Should().Contain("object '/no/other.so' from LD_PRELOAD").And.NotContain("/no/such-allocator.so");
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(string? preload, string wish, params string[] arguments)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems have no LD_PRELOAD");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), .. arguments]);
        start.Environment["LD_PRELOAD"] = preload;
        start.Environment[MemoryAllocator.Variable] = wish;
        var result = await ChildProgram.Run(start);
        return ((int)result.ExitCode, result.Output, result.Error);
    }
}
