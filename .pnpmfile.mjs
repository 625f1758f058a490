// The npm packages that ship the Node binary declare os/cpu as strings; pnpm reads only
// arrays, so without this every platform's Node lands in the lockfile unguarded.
export const hooks = {
  readPackage(pkg) {
    if (/^node-(bin-)?(linux|darwin|win)-/.test(pkg.name)) {
      pkg.os = [pkg.os].flat();
      pkg.cpu = [pkg.cpu].flat();
    }
    return pkg;
  },
};
