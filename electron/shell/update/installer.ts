/** Downloading and installing by electron-updater, which is told what to fetch by the verified release and by nothing else. */
import type { AppUpdater, Provider, ResolvedUpdateFileInfo, UpdateInfo } from 'electron-updater'
import type { Installer } from './offer.ts'
import type { Release } from './release.ts'

/** What electron-updater would read from a feed's yml, which nobody signs. */
function infoOf(release: Release): UpdateInfo {
  const files = release.files.map(({ name, size, sha512 }) => ({ url: name, size, sha512 }))
  const [first] = files
  return {
    version: release.version,
    files,
    path: first?.url ?? '',
    sha512: first?.sha512 ?? '',
    releaseDate: '',
  }
}

/** Only these parts of a provider are asked for where files are downloaded whole. */
function providerOf(url: string, release: Release): Provider<UpdateInfo> {
  const provider: Partial<Provider<UpdateInfo>> = {
    isUseMultipleRangeRequest: false,
    fileExtraDownloadHeaders: null,
    // The headers hold an id of this installation, which nobody gets.
    setRequestHeaders() {},
    getLatestVersion: () => Promise.resolve(infoOf(release)),
    resolveFiles: ({ files }): ResolvedUpdateFileInfo[] =>
      files.map(info => ({ url: new URL(encodeURIComponent(info.url), url), info })),
  }
  return provider as Provider<UpdateInfo>
}

/** An installer over electron-updater's updater of this system. */
export function createInstaller(
  url: string,
  updater: AppUpdater,
  onError: (error: Error) => void,
): Installer {
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.allowDowngrade = false
  updater.disableWebInstaller = true
  // Pieces of two versions put together are more to trust than one file.
  updater.disableDifferentialDownload = true
  updater.logger = null
  updater.on('error', onError)
  return {
    works: () => updater.isUpdaterActive(),
    async download(release) {
      const made = function () {
        return providerOf(url, release)
      } as unknown as new () => Provider<UpdateInfo>
      updater.setFeedURL({ provider: 'custom', updateProvider: made })
      const found = await updater.checkForUpdates()
      return found?.isUpdateAvailable === true ? updater.downloadUpdate() : []
    },
    install: () => updater.quitAndInstall(),
  }
}
